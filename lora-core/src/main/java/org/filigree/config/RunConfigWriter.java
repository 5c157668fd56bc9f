package org.filigree.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.filigree.config.RunConfig.Data;
import org.filigree.config.RunConfig.HeldOut;
import org.filigree.config.RunConfig.Source;

/**
 * A resolved configuration as YAML: every field, in the order of the schema, but those without effect. Equal
 * configurations give the same text.
 */
public final class RunConfigWriter {

    /** Spark's own idea of what a secret is called ({@code spark.redaction.regex}, {@code spark.sql.redaction.options.regex}). */
    private static final Pattern SECRET = Pattern.compile("(?i).*(secret|password|token|access[.]?key|url).*");

    private static final String REDACTED = "(redacted)";

    private RunConfigWriter() {}

    /** YAML that {@link RunConfigReader} reads back to an equal configuration. Options of sources may hold secrets. */
    public static String write(RunConfig config) {
        return PlainYaml.write(RunConfigFields.ROOT.write(config));
    }

    /** As {@link #write}, for people and for run folders: options of sources whose names say secret are blackened. */
    public static String writeWithoutSecrets(RunConfig config) {
        return write(withoutSecrets(config));
    }

    static RunConfig withoutSecrets(RunConfig config) {
        var data = config.data();
        var heldOut =
                new HeldOut(data.heldOut().share(), redacted(data.heldOut().sources()));
        return new RunConfig(
                config.run(),
                config.output(),
                config.base(),
                config.engine(),
                new Data(
                        redacted(data.train()),
                        heldOut,
                        data.maxLength(),
                        data.overlong(),
                        data.packing(),
                        data.shuffle(),
                        data.completionOnlyLoss(),
                        data.deduplicate(),
                        data.maxRejects(),
                        data.shards(),
                        data.tokenizer()),
                config.adapter(),
                config.training(),
                config.averaging(),
                config.evaluation(),
                config.checkpoint());
    }

    private static List<Source> redacted(List<Source> sources) {
        return sources.stream().map(RunConfigWriter::redacted).toList();
    }

    private static Source redacted(Source source) {
        return new Source(
                source.path(),
                source.table(),
                source.sql(),
                source.format(),
                redacted(source.options()),
                source.shape(),
                source.columns(),
                source.weight(),
                source.skip(),
                source.limit());
    }

    private static Map<String, String> redacted(Map<String, String> options) {
        var shown = new LinkedHashMap<>(options);
        shown.replaceAll((name, value) -> SECRET.matcher(name).matches() ? REDACTED : value);
        return shown;
    }
}
