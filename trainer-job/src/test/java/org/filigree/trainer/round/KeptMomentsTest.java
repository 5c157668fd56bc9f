package org.filigree.trainer.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.filigree.config.FiligreeException;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfig.Aggregation;
import org.filigree.config.RunConfig.Exchange;
import org.filigree.config.RunConfig.InnerState;
import org.filigree.config.RunConfig.Wire;
import org.filigree.format.LocalFiles;
import org.filigree.lora.AdamW;
import org.filigree.trainer.run.CheckpointStore;
import org.filigree.trainer.run.Failures;
import org.filigree.trainer.run.RunState;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** {@code inner_state: keep}: whatever becomes of what executors hold, the moments and so the adapter have the same bits. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KeptMomentsTest {

    private static final int STEPS = 8;
    private static final int TRIES = 12;

    @TempDir
    private Path folder;

    private final TinyInput input = new TinyInput(0.3, false);
    private JavaSparkContext spark;
    private int runs;

    @BeforeAll
    void startSpark() {
        spark = new JavaSparkContext(
                new SparkConf().setMaster("local[2,4]").setAppName("moments").set("spark.ui.enabled", "false"));
    }

    @AfterAll
    void stopSpark() {
        spark.stop();
    }

    private static RunConfig.Averaging averaging(int workers, int localSteps, InnerState inner) {
        return averaging(workers, localSteps, Wire.FLOAT32, inner, Aggregation.FACTORS);
    }

    private static RunConfig.Averaging averaging(
            int workers, int localSteps, Wire wire, InnerState inner, Aggregation aggregation) {
        return new RunConfig.Averaging(workers, Exchange.PARAMETERS, localSteps, null, wire, inner, aggregation);
    }

    private RoundLoop loop(WorkerInput rows, RunConfig.Averaging averaging) {
        return new TinyLoop(STEPS, 12, 2)
                .over(new SparkRound(spark, rows, input.plan(null), Gathering.COLLECT), averaging);
    }

    /** One driver's work on a run in a folder, with a checkpoint every few rounds. */
    private final class Driver implements AutoCloseable {

        private final RoundLoop loop;
        private final CheckpointStore store;
        private final String runFolder;
        private final int every;
        private RunState state;
        private CheckpointStore.Manifest last;
        private int replayed;

        Driver(WorkerInput rows, RunConfig.Averaging averaging, String run, int every) throws IOException {
            this.loop = loop(rows, averaging);
            this.every = every;
            this.runFolder = folder.resolve(run).toString();
            this.store = new CheckpointStore(new LocalFiles(), runFolder);
            var found = store.newest();
            state = found.map(CheckpointStore.Found::state).orElseGet(() -> loop.start(input.start()));
            last = found.map(CheckpointStore.Found::manifest).orElse(null);
            found.ifPresent(f -> loop.goOnFrom(runFolder, f.manifest()));
        }

        /** @param loses whether executors lose what they hold before the round of a number, or before its checkpoint */
        float[] train(int rounds, IntPredicate loses) throws IOException {
            for (var left = rounds; left > 0 && !loop.finished(state); left--) {
                if (loses.test(state.round() + 1)) {
                    loseMoments();
                }
                var next = loop.next(state);
                state = next.state();
                replayed += next.report().replayed();
                if (state.round() % every == 0) {
                    save(loses.test(-state.round()));
                }
            }
            return state.values();
        }

        private void save(boolean loses) throws IOException {
            if (loses) {
                loseMoments();
            }
            last = store.save(1, state, last, this::rest, 2);
            loop.goOnFrom(runFolder, last);
        }

        private CheckpointStore.Rest rest(String below) {
            var moments = loop.saveMoments(state, runFolder, below);
            assertThat(moments.origins()).isEqualTo(loop.origins());
            return new CheckpointStore.Rest(moments.files(), List.of(), List.of());
        }

        @Override
        public void close() {
            loop.close();
        }
    }

    /** Other runs take the room of this one. */
    private static void loseMoments() {
        for (var other : List.of("one", "another")) {
            ExecutorCache.OF_THIS_JVM.moments().put(other, 0, 1, AdamW.Moments.zero(1));
        }
    }

    private Driver driver(WorkerInput rows, RunConfig.Averaging averaging, int every) throws IOException {
        return new Driver(rows, averaging, "run" + ++runs, every);
    }

    private float[] undisturbed(RunConfig.Averaging averaging) throws IOException {
        try (var driver = driver(input, averaging, STEPS + 1)) {
            var values = driver.train(STEPS, round -> false);
            assertThat(driver.replayed).isZero();
            return values;
        }
    }

    @Test
    void momentsLostAtRandomAreMadeAgainFromTheCheckpointAndNoBitChanges() throws IOException {
        for (var seed = 0; seed < TRIES; seed++) {
            var random = new Random(seed);
            var averaging = averaging(
                    1 + random.nextInt(3),
                    random.nextBoolean() ? 1 : 4,
                    List.of(Wire.values()).get(random.nextInt(3)),
                    InnerState.KEEP,
                    random.nextBoolean() ? Aggregation.FACTORS : Aggregation.FROZEN_A);
            var every = 1 + random.nextInt(4);
            var lostBeforeRound = random.ints(STEPS + 1, 0, 2).toArray();
            var lostBeforeSaving = random.ints(STEPS + 1, 0, 2).toArray();
            var again = 0;
            for (var round = 1; round <= STEPS / averaging.localSteps(); round++) {
                again += averaging.workers() * lostBeforeRound[round] * ((round - 1) % every);
            }
            try (var driver = driver(input, averaging, every)) {
                var values = driver.train(STEPS, at -> at > 0 ? lostBeforeRound[at] == 1 : lostBeforeSaving[-at] == 1);
                assertThat(values).as("seed %d, %s", seed, averaging).containsExactly(undisturbed(averaging));
                assertThat(driver.replayed)
                        .as("seed %d: rounds made again", seed)
                        .isEqualTo(again);
            }
        }
    }

    @Test
    void aDriverThatGoesOnFromAnyCheckpointEndsInTheSameBits() throws IOException {
        for (var localSteps : new int[] {1, 4}) {
            var averaging = averaging(2, localSteps, InnerState.KEEP);
            var expected = undisturbed(averaging);
            for (var round = 1; round < STEPS / localSteps; round++) {
                var run = "resumed" + localSteps + "-" + round;
                try (var first = new Driver(input, averaging, run, round)) {
                    first.train(round, at -> false);
                }
                try (var second = new Driver(input, averaging, run, STEPS)) {
                    assertThat(second.state.round()).isEqualTo(round);
                    assertThat(second.train(STEPS, at -> false))
                            .as("H %d, after round %d", localSteps, round)
                            .containsExactly(expected);
                    assertThat(second.replayed).isZero();
                }
            }
        }
    }

    @Test
    void aRoundWhoseStateWasDroppedLeavesNoTrace() throws IOException {
        var averaging = averaging(2, 1, InnerState.KEEP);
        for (var saves : new boolean[] {false, true}) {
            try (var driver = driver(input, averaging, STEPS)) {
                driver.train(3, round -> false);
                driver.loop.next(driver.state);
                if (saves) {
                    driver.save(false);
                }
                assertThat(driver.train(STEPS, round -> false))
                        .as("saved before it was made again: %s", saves)
                        .containsExactly(undisturbed(averaging));
            }
        }
    }

    @Test
    void momentsThatAnotherDriverPrunedAreNoMistakeOfTheConfiguration() throws IOException {
        try (var driver = driver(input, averaging(2, 1, InnerState.KEEP), 2)) {
            driver.train(3, round -> false);
            new LocalFiles().delete(driver.runFolder + "/checkpoints");
            loseMoments();
            assertThatThrownBy(() -> driver.train(1, round -> false))
                    .satisfies(failure -> assertThat(Failures.explained(failure))
                            .hasMessageContaining("gone since it was saved")
                            .extracting(FiligreeException::code)
                            .isEqualTo(FiligreeException.Code.RETRY));
        }
    }

    @Test
    void tasksThatDieInMidRoundAndAreRetriedChangeNoBit() throws IOException {
        var averaging = averaging(2, 4, InnerState.KEEP);
        var before = FailingOnce.FAULTS.get();
        try (var driver = driver(new FailingOnce(input, 3), averaging, STEPS)) {
            assertThat(driver.train(STEPS, round -> false)).containsExactly(undisturbed(averaging));
        }
        assertThat(FailingOnce.FAULTS.get() - before).as("tasks that died").isPositive();
    }

    @Test
    void keptMomentsAreNeitherResetNorAveraged() throws IOException {
        var kept = undisturbed(averaging(2, 4, InnerState.KEEP));
        assertThat(kept).isNotEqualTo(undisturbed(averaging(2, 4, InnerState.RESET)));
        assertThat(kept).isNotEqualTo(undisturbed(averaging(2, 4, InnerState.AVERAGE)));
    }

    @Test
    void aRoundThatDoesNotFollowTheMomentsIsRefused() throws IOException {
        var averaging = averaging(2, 4, InnerState.KEEP);
        RunState second;
        try (var driver = driver(input, averaging, STEPS)) {
            driver.train(1, round -> false);
            second = driver.state;
        }
        try (var loop = loop(input, averaging)) {
            assertThatThrownBy(() -> loop.next(second))
                    .hasMessage("moments are kept of round 0, wanted those of round 1");
        }
    }
}
