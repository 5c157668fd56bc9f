package org.filigree.trainer.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.filigree.cluster.ClusterProcess;
import org.filigree.config.FiligreeException;
import org.filigree.trainer.Filigree;
import org.filigree.trainer.run.Outcome;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Drivers that stop at a place of their run, and are killed there or find later that another has taken it: the adapter has the
 * undisturbed run's bytes, and events.jsonl tells every round once.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(400)
class PausedDriverTest {

    private static final Duration SOON = Duration.ofMinutes(3);
    private static final Pattern PAUSED = Pattern.compile(PausedDriver.PAUSED + "(.+)");

    @AutoClose
    private FaultyCluster faulty;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        faulty = FaultyCluster.in(folder, Map.of("spark.hadoop.fs.paused.impl", PausedDisk.class.getName()));
    }

    private ClusterProcess driver(String name, String place, int number) throws Exception {
        var yaml = faulty.runs().yaml(name, "output=paused:" + faulty.runs().folder());
        var driver = faulty.driver(name, PausedDriver.class, yaml.toString(), place, Integer.toString(number));
        driver.await(PAUSED, SOON);
        return driver;
    }

    private static void assertThatItIsStopped(ClusterProcess driver) throws IOException, InterruptedException {
        while (!driver.isStopped()) {
            assertThat(driver.ends(Duration.ofMillis(5))).as("ended").isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({"between, 3, after round 3", "round, 4, a task of round 4 runs", "checkpoint, 4, half of"})
    void aDriverKilledAnywhereGoesOn(String place, int number, String where) throws Exception {
        var name = "killed-" + place;
        var driver = driver(name, place, number);
        assertThatItIsStopped(driver);

        assertThat(driver.kill()).as("exit status").isEqualTo(ClusterProcess.KILLED);

        assertThat(driver.log()).contains(PausedDriver.PAUSED + where).contains("told round 3");
        var state = faulty.runs().file(name, "checkpoints/00000004-1/state.bin");
        if (place.equals("checkpoint")) {
            assertThat(state).exists();
            assertThat(Files.size(state))
                    .isLessThan(Files.size(faulty.runs().file(name, "checkpoints/00000002-1/state.bin")));
        } else {
            assertThat(driver.log()).doesNotContain("told round 4");
            assertThat(state).doesNotExist();
        }
        Filigree.train(faulty.spark(), faulty.runs().config(name));
        faulty.assertThatNothingShows(name);
    }

    @Test
    void aDriverWhoseRunAnotherHasTakenStopsWithCode4AndChangesNothing() throws Exception {
        var first = driver("taken", "between", 3);
        assertThatItIsStopped(first);
        var second = Filigree.train(faulty.spark(), faulty.runs().config("taken"));
        var outcome = Files.readString(faulty.runs().file("taken", "outcome.json"));

        first.resume();

        assertThat(first.ends(SOON)).as("ended").isTrue();
        assertThat(first.exitValue()).isEqualTo(FiligreeException.Code.RETRY.exit());
        assertThat(first.log()).contains("told round 4", "this driver holds epoch 1, another has taken epoch 2");
        assertThat(second.status()).isEqualTo(Outcome.Status.DONE);
        assertThat(faulty.runs().file("taken", "outcome.json")).hasContent(outcome);
        faulty.assertThatNothingShows("taken");
    }
}
