package org.filigree.trainer.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.filigree.config.FiligreeException;
import org.filigree.trainer.Filigree;
import org.filigree.trainer.LocalSpark;
import org.filigree.trainer.Progress;
import org.filigree.trainer.ReferenceRuns;
import org.filigree.trainer.round.RoundLoop;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What happens to a driver whose workers keep moments: they are in the checkpoint that the next driver goes on from. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KeptMomentsFaultsTest {

    private ReferenceRuns runs;

    @BeforeAll
    void undisturbed(@TempDir Path folder) throws IOException {
        runs = ReferenceRuns.in(
                folder,
                "averaging={workers: 2, exchange: parameters, local_steps: 4, inner_state: keep, wire: bfloat16}");
        Filigree.train(spark(), runs.config("undisturbed"));
    }

    @AfterAll
    void stop() {
        spark().stop();
    }

    /** Another one where a test has stopped it. */
    private static SparkSession spark() {
        return LocalSpark.session();
    }

    /** Ends the driver after a round, before that round's checkpoint. */
    private static Progress dyingAfter(int round) {
        return new Progress() {
            @Override
            public void round(RoundLoop.Report report, double seconds) {
                if (report.round() == round) {
                    throw new IllegalStateException("the driver dies here");
                }
            }
        };
    }

    @Test
    void aDriverThatDiesBetweenCheckpointsGoesOnWithTheMomentsOfTheLast() throws IOException {
        var config = runs.config("dead");
        assertThatThrownBy(() -> Filigree.train(spark(), config, dyingAfter(4)))
                .hasMessageContaining("the driver dies here; the checkpoint after round 2");

        Filigree.train(spark(), config);

        runs.assertSame("dead", "undisturbed");
    }

    @Test
    void momentsThatWereChangedOnTheDiskEndTheRunWithTheirPath() throws IOException {
        var config = runs.config("changed");
        assertThatThrownBy(() -> Filigree.train(spark(), config, dyingAfter(4))).hasMessageContaining("dies here");
        var moments = momentsOf(runs.file("changed", "checkpoints/00000002-1")).get(0);
        var content = Files.readAllBytes(moments);
        content[7] ^= 1;
        Files.write(moments, content);

        assertThatThrownBy(() -> Filigree.train(spark(), config))
                .isInstanceOfSatisfying(
                        FiligreeException.class, e -> assertThat(e.code()).isEqualTo(FiligreeException.Code.DATA))
                .hasMessageContaining(moments + ": not as it was written");
    }

    @Test
    void aCheckpointWithoutOneWorkersMomentsIsPassedOver() throws IOException {
        var config = runs.config("missing");
        assertThatThrownBy(() -> Filigree.train(spark(), config, dyingAfter(4))).hasMessageContaining("dies here");
        Files.delete(momentsOf(runs.file("missing", "checkpoints/00000002-1")).get(1));

        Filigree.train(spark(), config);

        runs.assertSame("missing", "undisturbed");
    }

    @Test
    void aDriverToldToStopSavesItsLastRoundWhileSparkLives() throws IOException {
        var config = runs.config("stopped");
        assertThatThrownBy(() -> Filigree.train(spark(), config, stoppedAfter(3, () -> {})))
                .hasMessageContaining("stopped after round 3; the checkpoint after round 3");

        Filigree.train(spark(), config);

        runs.assertSame("stopped", "undisturbed");
    }

    @Test
    void aDriverToldToStopWithoutSparkEndsAsStoppedWithTheCheckpointBefore() throws IOException {
        var config = runs.config("downed");
        assertThatThrownBy(() -> Filigree.train(spark(), config, stoppedAfter(3, () -> spark().stop())))
                .isInstanceOfSatisfying(
                        FiligreeException.class, e -> assertThat(e.code()).isEqualTo(FiligreeException.Code.STOPPED))
                .hasMessageContaining("stopped after round 3; the checkpoint after round 2");

        Filigree.train(spark(), config);

        runs.assertSame("downed", "undisturbed");
    }

    private static Progress stoppedAfter(int round, Runnable then) {
        return new Progress() {
            private boolean stopped;

            @Override
            public void round(RoundLoop.Report report, double seconds) {
                if (report.round() == round) {
                    stopped = true;
                    then.run();
                }
            }

            @Override
            public boolean stopRequested() {
                return stopped;
            }
        };
    }

    private static List<Path> momentsOf(Path checkpoint) throws IOException {
        try (var files = Files.list(checkpoint)) {
            return files.filter(file -> file.getFileName().toString().startsWith("moments-"))
                    .sorted()
                    .toList();
        }
    }
}
