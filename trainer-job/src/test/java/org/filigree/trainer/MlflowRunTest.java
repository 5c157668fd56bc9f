package org.filigree.trainer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.spark.sql.SparkSession;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.trainer.mlflow.MlflowReport;
import org.filigree.trainer.round.RoundLoop;
import org.filigree.trainer.run.Outcome;
import org.filigree.trainer.telemetry.LoggedLines;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Runs that report to MLflow: what its server is told, and that nothing of it hurts a run. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MlflowRunTest {

    private static final int ROUNDS = 6;

    private ReferenceRuns runs;
    private TrackingServer server;

    @AutoClose
    private SparkSession spark;

    @BeforeAll
    void session(@TempDir Path folder) throws IOException {
        runs = ReferenceRuns.in(folder, "training.report_to=mlflow", "training.max_steps=" + ROUNDS, "evaluation=null");
        spark = LocalSpark.session();
    }

    @BeforeEach
    void serve() throws IOException {
        server = new TrackingServer();
    }

    @AfterEach
    void close() {
        server.close();
    }

    private Outcome train(String run, Progress progress) {
        return Filigree.train(
                spark,
                runs.config(run),
                progress,
                Map.of("MLFLOW_TRACKING_URI", server.address() + "/", "MLFLOW_EXPERIMENT_NAME", "nightly"));
    }

    private Stream<JsonNode> sent(String method) {
        return server.calls.stream()
                .filter(call -> call.method().equals(method))
                .map(TrackingServer.Call::body);
    }

    private List<Integer> steps(String metric) {
        return sent("runs/log-batch")
                .flatMap(batch -> StreamSupport.stream(batch.path("metrics").spliterator(), false))
                .filter(sent -> sent.path("key").asText().equals(metric))
                .map(sent -> sent.path("step").asInt())
                .toList();
    }

    private static Progress stoppingAfter(int round) {
        return new Progress() {
            private boolean asked;

            @Override
            public void round(RoundLoop.Report report, double seconds) {
                asked = report.round() == round;
            }

            @Override
            public boolean stopRequested() {
                return asked;
            }
        };
    }

    @Test
    void aRunThatIsStoppedAndGoesOnIsOneRunWithEachRoundOnce() {
        assertThatThrownBy(() -> train("stopped", stoppingAfter(3))).hasMessageStartingWith("stopped after round 3");
        train("stopped", Progress.NONE);

        assertThat(server.refused).isEmpty();
        assertThat(sent("experiments/create"))
                .singleElement()
                .satisfies(made -> assertThat(made.path("name").asText()).isEqualTo("nightly"));
        assertThat(sent("runs/create")).singleElement().satisfies(made -> {
            assertThat(made.path("experiment_id").asText()).isEqualTo("7");
            assertThat(made.path("run_name").asText()).isEqualTo("stopped");
        });
        assertThat(sent("runs/update"))
                .extracting(update -> update.path("status").asText())
                .containsExactly("KILLED", "RUNNING", "FINISHED");
        assertThat(server.calls)
                .filteredOn(call -> call.body() != null && call.body().has("run_id"))
                .allMatch(call -> call.body().path("run_id").asText().equals("d5f6"));
        assertThat(steps("loss")).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(steps("held_out_loss")).containsExactly(0, 6);
        assertThat(sent("runs/log-batch")
                        .flatMap(batch ->
                                StreamSupport.stream(batch.path("params").spliterator(), false))
                        .filter(sent -> sent.path("key").asText().equals("adapter.r"))
                        .map(sent -> sent.path("value").asText()))
                .containsExactly("4");
    }

    @Test
    void aServerThatIsDownIsOneWarningAndGetsItAllLater() {
        server.down = true;
        List<JsonNode> warnings;
        try (var log = new LoggedLines()) {
            var outcome = train("down", new Progress() {
                @Override
                public void round(RoundLoop.Report report, double seconds) {
                    server.down = report.round() < ROUNDS - 1;
                }
            });
            assertThat(outcome.status()).isEqualTo(Outcome.Status.DONE);
            warnings = log.of(MlflowReport.class);
        }
        assertThat(server.refused).as("calls that failed").hasSize(2);
        assertThat(warnings)
                .singleElement()
                .satisfies(line -> assertThat(line.path("msg").asText())
                        .contains(server.address(), "the run goes on without", "code 503"));
        assertThat(steps("loss")).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void aRunThatIsStoppedAsksAServerThatIsDownNoMoreThanItMust() {
        server.down = true;
        assertThatThrownBy(() -> train("downed", stoppingAfter(3))).hasMessageStartingWith("stopped after round 3");
        assertThat(server.refused)
                .as("at the first and third of three checkpoints")
                .hasSize(2);
    }

    @Test
    void whatAServerMissedBeforeTheStopItGetsWhenTheRunGoesOn() {
        var stop = stoppingAfter(3);
        assertThatThrownBy(() -> train("missed", new Progress() {
                    @Override
                    public void round(RoundLoop.Report report, double seconds) {
                        server.down = true;
                        stop.round(report, seconds);
                    }

                    @Override
                    public boolean stopRequested() {
                        return stop.stopRequested();
                    }
                }))
                .hasMessageStartingWith("stopped after round 3");
        assertThat(steps("loss")).isEmpty();
        server.down = false;

        train("missed", Progress.NONE);

        assertThat(steps("loss")).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(steps("held_out_loss")).containsExactly(0, 6);
    }

    @Test
    void thePasswordInAnAddressIsSentAndNotWrittenDown() throws IOException {
        Filigree.train(
                spark,
                runs.config("secret"),
                Progress.NONE,
                Map.of("MLFLOW_TRACKING_URI", server.address().replace("://", "://ann:p%40ss@")));

        assertThat(server.authorization)
                .isEqualTo("Basic " + Base64.getEncoder().encodeToString("ann:p@ss".getBytes(UTF_8)));
        assertThat(Files.readString(runs.file("secret", "mlflow.json")))
                .contains(server.address())
                .doesNotContain("ann");
    }

    @Test
    void aRunWithoutAnAddressIsRefused() {
        assertThatThrownBy(() -> Filigree.train(spark, runs.config("nowhere"), Progress.NONE, Map.of()))
                .isInstanceOfSatisfying(
                        FiligreeException.class, e -> assertThat(e.code()).isEqualTo(Code.CONFIGURATION))
                .hasMessage("training.report_to: mlflow wants MLFLOW_TRACKING_URI in the environment: found '', "
                        + "wanted http://host:port or https://host");
    }
}
