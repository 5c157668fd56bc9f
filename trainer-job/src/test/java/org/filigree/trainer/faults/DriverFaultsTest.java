package org.filigree.trainer.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import org.filigree.config.FiligreeException;
import org.filigree.config.RunConfig;
import org.filigree.trainer.Filigree;
import org.filigree.trainer.LocalSpark;
import org.filigree.trainer.Progress;
import org.filigree.trainer.ReferenceRuns;
import org.filigree.trainer.cli.Main;
import org.filigree.trainer.round.RoundLoop;
import org.filigree.trainer.run.Outcome;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What happens to a driver: killed at any moment, told to stop. The run goes on and its adapter has the same bits. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DriverFaultsTest {

    private ReferenceRuns runs;

    @AutoClose
    private SparkSession spark;

    @BeforeAll
    void undisturbed(@TempDir Path folder) throws IOException {
        runs = ReferenceRuns.in(folder);
        spark = LocalSpark.session();
        Filigree.train(spark, runs.config("undisturbed"));
    }

    @Test
    @Timeout(120)
    void aDriverKilledInMidRunGoesOnToTheSameAdapter() throws Exception {
        var driver = driver(runs.yaml("killed"));
        try {
            awaitFile(runs.file("killed", "checkpoints/00000006-1/manifest.json"), driver);
        } finally {
            driver.destroyForcibly().waitFor();
        }
        assertThat(driver.exitValue()).as("killed by SIGKILL").isEqualTo(128 + 9);
        assertThat(runs.file("killed", "adapters")).doesNotExist();

        Filigree.train(spark, runs.config("killed"));

        runs.assertSame("killed", "undisturbed");
    }

    @Test
    void aDriverThatTakesTheRunUpIsNotSpokenForByTheOneBefore() {
        var config = runs.config("attempts");
        assertThatThrownBy(() -> Filigree.train(spark, config, new Progress() {
                    @Override
                    public void round(RoundLoop.Report report, double seconds) {
                        throw new IllegalStateException("the first attempt ends here");
                    }
                }))
                .hasMessageContaining("the first attempt ends here");
        var outcome = runs.file("attempts", "outcome.json");
        assertThat(outcome).exists();

        Filigree.train(spark, config, new Progress() {
            @Override
            public void round(RoundLoop.Report report, double seconds) {
                assertThat(outcome).as("while round %d is made", report.round()).doesNotExist();
            }
        });
    }

    @Test
    @Timeout(120)
    void aDriverToldToStopSavesItsLastRoundAndGoesOnLater() throws Exception {
        var rarelySaved = "checkpoint.every_rounds=1000";
        var driver = driver(runs.yaml("stopped", rarelySaved));
        try {
            awaitFile(runs.file("stopped", "checkpoints/00000000-1/manifest.json"), driver);
            driver.destroy();
            assertThat(driver.waitFor(60, TimeUnit.SECONDS))
                    .as("ended by itself")
                    .isTrue();
        } finally {
            driver.destroyForcibly();
        }
        assertThat(driver.exitValue()).isEqualTo(FiligreeException.Code.STOPPED.exit());
        var outcome = new ObjectMapper()
                .readValue(runs.file("stopped", "outcome.json").toFile(), Outcome.class);
        assertThat(outcome.status()).isEqualTo(Outcome.Status.STOPPED);
        assertThat(outcome.code()).isEqualTo(143);
        assertThat(outcome.message()).contains("the same command goes on from it");
        assertThat(outcome.message()).startsWith("stopped after round %d;".formatted(outcome.rounds()));
        assertThat(outcome.steps()).isEqualTo(outcome.rounds());
        assertThat(outcome.trainable()).isPositive();
        assertThat(outcome.baseParameters()).isGreaterThan(outcome.trainable());
        assertThat(outcome.machines()).hasSize(1);
        assertThat(Files.readAllLines(runs.folder().resolve("driver.log")))
                .noneMatch(line -> line.startsWith("\tat ") || line.contains("Exception"))
                .last()
                .isEqualTo("filigree: " + outcome.message());

        Filigree.train(spark, runs.config("stopped", rarelySaved));

        runs.assertSame("stopped", "undisturbed");
    }

    private Process driver(Path yaml) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-opens") || argument.startsWith("-Djdk"))
                .toList());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of("train", yaml.toString()));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(runs.folder().resolve("driver.log").toFile())
                .start();
    }

    private void awaitFile(Path file, Process writer) throws InterruptedException, IOException {
        while (!Files.exists(file)) {
            if (writer.waitFor(5, TimeUnit.MILLISECONDS)) {
                throw new AssertionError("the driver ended before it was killed: "
                        + Files.readString(runs.folder().resolve("driver.log")));
            }
        }
    }

    @Test
    void aRunThatFailsOnExecutorsSaysSoAndWhatIsSaved() throws IOException {
        // Rows of its own, which no executor has read before.
        var rows = runs.base().resolve("broken.jsonl");
        Files.writeString(rows, "{\"input_ids\": [4, 5, 6]}\n{\"input_ids\": [7, 8, 9]}\n".repeat(8));
        var config = runs.config("broken", "data.train.0.path=" + rows, "data.held_out=0", "evaluation=null");
        var corpus = Filigree.prepare(spark, config);
        Files.delete(Path.of(
                corpus.folder(), corpus.manifest().train().files().get(0).name()));

        assertThatThrownBy(() -> Filigree.train(spark, config))
                .isInstanceOf(FiligreeException.class)
                .hasMessageContaining("the checkpoint after round 0");

        assertThat(Files.readString(runs.file("broken", "outcome.json"))).contains("\"failed\"");
    }

    private void stoppedAfterRoundThree(RunConfig config) {
        assertThatThrownBy(() -> Filigree.train(spark, config, new StopsAfter(3)))
                .hasMessageContaining("stopped after round 3");
    }

    @Test
    void aRunWhoseCorpusHasChangedDoesNotGoOn() throws IOException {
        var rows = runs.base().resolve("changed.jsonl");
        Files.copy(runs.base().resolve("rows.jsonl"), rows);
        var config = runs.config("changed", "data.train.0.path=" + rows);
        stoppedAfterRoundThree(config);
        Files.writeString(rows, "{\"input_ids\": [1, 2, 3]}\n", StandardOpenOption.APPEND);

        assertThatThrownBy(() -> Filigree.train(spark, config))
                .isInstanceOfSatisfying(
                        FiligreeException.class,
                        e -> assertThat(e.code()).isEqualTo(FiligreeException.Code.CONFIGURATION))
                .hasMessageContaining("the run's corpus has changed");
    }

    @Test
    void aRunGoesOnWithOtherCheckpointsAndSaysSoButNotWithAnotherRate() throws IOException {
        stoppedAfterRoundThree(runs.config("moved", "output=file:" + runs.folder()));
        var rarer = "checkpoint.every_rounds=7";
        assertThatThrownBy(() -> Filigree.train(spark, runs.config("moved", rarer, "training.learning_rate=1.0e-3")))
                .isInstanceOfSatisfying(
                        FiligreeException.class,
                        e -> assertThat(e.code()).isEqualTo(FiligreeException.Code.CONFIGURATION))
                .hasMessageContaining("(training.learning_rate: there 0.01, here 0.001)");

        Filigree.train(spark, runs.config("moved", rarer));

        runs.assertSame("moved", "undisturbed");
        assertThat(Files.readString(runs.file("moved", "run.yaml"))).contains("every_rounds: 2", "output: file:");
        assertThat(runs.events("moved", "resumed"))
                .singleElement()
                .asString()
                .contains(
                        "{\"field\":\"output\"",
                        "{\"field\":\"checkpoint.every_rounds\",\"then\":\"2\",\"now\":\"7\"}");
    }

    @Test
    void aDriverTakesTheStagingOfThoseBeforeItAwayAndNoSuccessors() throws IOException {
        var killed = runs.file("staged", "staging-0/tuned/adapter_model.safetensors");
        var successors = runs.file("staged", "staging-9/tuned/adapter_model.safetensors");
        var config = runs.config("staged");

        Filigree.train(spark, config, new Progress() {
            @Override
            public void round(RoundLoop.Report report, double seconds) {
                if (report.step() == config.training().maxSteps()) {
                    write(killed, "half");
                    write(successors, "another driver's");
                }
            }
        });

        assertThat(successors).hasContent("another driver's");
        assertThat(runs.file("staged", "staging-1")).doesNotExist();
        assertThat(runs.file("staged", "staging-0")).doesNotExist();
        assertThat(runs.file("staged", "adapters/tuned")).isDirectory();
    }

    private static void write(Path file, String content) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aFinishedRunIsLeftAlone() throws IOException {
        var outcome = runs.file("undisturbed", "outcome.json");
        var before = Files.getLastModifiedTime(outcome);
        var again = Filigree.train(spark, runs.config("undisturbed"));
        assertThat(again.code()).isZero();
        assertThat(Files.getLastModifiedTime(outcome)).isEqualTo(before);
        assertThat(runs.file("undisturbed", "owner").toFile().list()).containsExactly("1");
    }
}
