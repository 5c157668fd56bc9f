package org.filigree.trainer.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;
import org.apache.spark.executor.Executor;
import org.apache.spark.sql.SparkSession;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfigReader;
import org.filigree.engine.kit.ReferenceCase;
import org.filigree.trainer.Filigree;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.MDC;

/** A caller's session that names the plugin, with Spark's Prometheus servlet, event log and structured log: one run. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RunTelemetryTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Path folder;
    private List<JsonNode> told;
    private LoggedLines log;
    private String contextAfterwards;
    private Properties propertiesAfterwards;
    private String metrics;

    @BeforeAll
    void train(@TempDir Path temporary) throws Exception {
        folder = temporary;
        new ReferenceCase("llama", folder.resolve("llama"));
        var spark = SparkSession.builder()
                .master("local[2,4]")
                .config("spark.ui.port", "0")
                .config("spark.plugins", FiligreePlugin.class.getName())
                .config(
                        "spark.metrics.conf.*.sink.prometheusServlet.class",
                        "org.apache.spark.metrics.sink.PrometheusServlet")
                .config("spark.metrics.conf.*.sink.prometheusServlet.path", "/metrics/prometheus")
                .config("spark.eventLog.enabled", "true")
                .config("spark.eventLog.compress", "false")
                .config(
                        "spark.eventLog.dir",
                        Files.createDirectory(folder.resolve("eventlog"))
                                .toUri()
                                .toString())
                .getOrCreate();
        try (var session = spark) {
            MDC.put(RunTelemetry.ROUND, "the caller's");
            var lines = new LoggedLines();
            try (lines) {
                Filigree.train(session, config());
            }
            log = lines;
            contextAfterwards = MDC.get(RunTelemetry.ROUND);
            MDC.remove(RunTelemetry.ROUND);
            propertiesAfterwards = session.sparkContext().getLocalProperties();
            session.sparkContext().listenerBus().waitUntilEmpty();
            metrics = get(session.sparkContext().uiWebUrl().get() + "/metrics/prometheus/");
        }
        told = events(folder.resolve("seen/events.jsonl"));
    }

    private RunConfig config() {
        return RunConfigReader.read(
                "test",
                """
                run: seen
                output: %s
                base: {path: %s, name: reference/llama}
                engine: {threads: 1}
                data: {train: [{path: %s, shape: tokens}], packing: false, held_out: 0.3}
                adapter: {name: tuned, r: 4, lora_alpha: 8}
                training: {max_steps: 6, global_batch_size: 4, micro_batch_size: 2, learning_rate: 1.0e-2}
                averaging: {workers: 2, exchange: parameters, local_steps: 2}
                """.formatted(folder, folder.resolve("llama"), folder.resolve("llama/rows.jsonl")),
                List.of(),
                Map.of());
    }

    private static String get(String address) throws IOException, InterruptedException {
        var answer = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(address).isEqualTo(200);
        return answer.body();
    }

    private static List<JsonNode> events(Path file) throws IOException {
        var events = new ArrayList<JsonNode>();
        for (var line : Files.readAllLines(file)) {
            events.add(JSON.readTree(line));
        }
        return events;
    }

    private JsonNode last(String event) {
        return told.stream()
                .filter(e -> e.path("event").asText().equals(event))
                .reduce((earlier, later) -> later)
                .orElseThrow();
    }

    @Test
    void prometheusReadsTheNewestRoundAndEvaluation() {
        var round = last("round");
        assertThat(round.path("round").asInt()).isEqualTo(3);
        for (var name : List.of("round", "step", "learning_rate", "drift", "bytes_down", "bytes_up", "seconds")) {
            assertThat(metric(name)).as(name).isEqualTo(round.path(name).asDouble());
        }
        assertThat(metric("loss")).isEqualTo(round.path("losses").path(1).asDouble());
        assertThat(metric("tokens_per_second"))
                .isEqualTo(
                        round.path("tokens").asDouble() / round.path("seconds").asDouble());
        assertThat(metric("held_out_loss"))
                .isEqualTo(last("evaluation").path("loss").asDouble());
    }

    private double metric(String name) {
        return metrics.lines()
                .filter(line -> line.matches("metrics_\\S+_FiligreePlugin_" + name + "_Value\\{.*"))
                .map(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .reduce((one, other) -> {
                    throw new AssertionError(name + " stands there twice:\n" + metrics);
                })
                .orElseThrow(() -> new AssertionError(name + " is not in\n" + metrics));
    }

    @Test
    void sparksEventLogHoldsTheEventsOfTheRun() throws IOException {
        List<JsonNode> logged;
        try (var files = Files.walk(folder.resolve("eventlog"))) {
            var file = files.filter(f -> f.getFileName().toString().startsWith("events_"))
                    .findFirst()
                    .orElseThrow();
            logged = events(file);
        }
        var ours = logged.stream()
                .filter(event -> event.path("Event").asText().equals(RunEvent.class.getName()))
                .toList();
        assertThat(ours).extracting(event -> event.path("told")).isEqualTo(told);
        assertThat(ours).allSatisfy(event -> {
            assertThat(event.path("run").asText()).isEqualTo("seen");
            assertThat(event.path("adapter").asText()).isEqualTo("tuned");
        });
    }

    @Test
    void linesOfTheDriverAndOfItsTasksNameRunAndRound() {
        var rounds = IntStream.rangeClosed(1, 3).mapToObj(Integer::toString).toList();
        assertThat(log.of(RunTelemetry.class))
                .filteredOn(line -> line.path("msg").asText().startsWith("{\"event\":\"round\""))
                .allSatisfy(line -> assertThat(context(line, RunTelemetry.RUN)).isEqualTo("seen"))
                .extracting(line -> context(line, RunTelemetry.ROUND))
                .isEqualTo(rounds);
        assertThat(log.of(Executor.class))
                .filteredOn(line -> context(line, RunTelemetry.RUN).equals("seen"))
                .extracting(line -> context(line, RunTelemetry.ROUND))
                .containsAll(rounds);
    }

    private static String context(JsonNode line, String name) {
        return line.path("context").path(name).asText();
    }

    @Test
    void theCallersContextIsAsItWas() {
        assertThat(contextAfterwards).isEqualTo("the caller's");
        assertThat(MDC.get(RunTelemetry.RUN)).isNull();
        assertThat(propertiesAfterwards).doesNotContainKeys(RunTelemetry.RUN, RunTelemetry.ROUND);
    }
}
