package org.filigree.trainer.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.filigree.config.FiligreeException;
import org.filigree.trainer.Filigree;
import org.filigree.trainer.LocalSpark;
import org.filigree.trainer.ReferenceRuns;
import org.filigree.trainer.run.Outcome;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Somebody writes the base's weights again while a run is stopped. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SwappedBaseTest {

    private ReferenceRuns runs;
    private Path weights;
    private byte[] original;

    @AutoClose
    private SparkSession spark;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        runs = ReferenceRuns.in(folder);
        weights = runs.base().resolve("model.safetensors");
        original = Files.readAllBytes(weights);
        spark = LocalSpark.session();
    }

    @BeforeEach
    void theBaseIsAsItWas() throws IOException {
        Files.write(weights, original);
    }

    private void stoppedAfterRoundTwo(String name) {
        assertThatThrownBy(() -> Filigree.train(spark, runs.config(name), new StopsAfter(2)))
                .hasMessageContaining("stopped after round 2");
    }

    @Test
    void oneWeightThatDiffersByItsLastBitIsRefusedInOneLine() throws IOException {
        stoppedAfterRoundTwo("swapped");
        var other = original.clone();
        other[other.length - Float.BYTES] ^= 1;
        Files.write(weights, other);

        assertThatThrownBy(() -> Filigree.train(spark, runs.config("swapped")))
                .isInstanceOfSatisfying(
                        FiligreeException.class,
                        e -> assertThat(e.code()).isEqualTo(FiligreeException.Code.CONFIGURATION))
                .hasMessageContaining("the run's base has changed since it began")
                .hasMessageNotContaining("\n");
    }

    @Test
    void theSameWeightsWrittenAgainAreTheSameBase() throws IOException {
        stoppedAfterRoundTwo("rewritten");
        Files.write(weights, original);

        var outcome = Filigree.train(spark, runs.config("rewritten"));

        assertThat(outcome.status()).isEqualTo(Outcome.Status.DONE);
        runs.assertEveryRoundOnce("rewritten");
    }
}
