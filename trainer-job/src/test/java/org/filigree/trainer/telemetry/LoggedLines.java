package org.filigree.trainer.telemetry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Layout;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.ConfigurationFactory;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.Property;

/** What is logged in this JVM, as {@code FILIGREE_LOG_FORMAT=json} shows it. */
public final class LoggedLines implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final LoggerContext log = (LoggerContext) LogManager.getContext(false);
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Layout<?> layout = shipped(log);
    private final Level before = log.getConfiguration().getRootLogger().getLevel();
    private final AbstractAppender appender = new AbstractAppender("lines", null, null, false, Property.EMPTY_ARRAY) {

        @Override
        public void append(LogEvent event) {
            lines.add((String) layout.toSerializable(event));
        }
    };

    private static Layout<?> shipped(LoggerContext log) {
        var configuration = ConfigurationFactory.getInstance()
                .getConfiguration(log, "json", URI.create("classpath:org/filigree/trainer/log4j2-json.properties"));
        configuration.initialize();
        return configuration.getAppender("stderr").getLayout();
    }

    public LoggedLines() {
        appender.start();
        log.getRootLogger().addAppender(appender);
        // The logger's own level would count for the root alone.
        Configurator.setRootLevel(Level.INFO);
    }

    public List<JsonNode> of(Class<?> logger) {
        return lines.stream()
                .map(LoggedLines::parse)
                .filter(line -> line.path("logger").asText().equals(logger.getSimpleName()))
                .toList();
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException(line, e);
        }
    }

    @Override
    public void close() {
        log.getRootLogger().removeAppender(appender);
        Configurator.setRootLevel(before);
        appender.stop();
    }
}
