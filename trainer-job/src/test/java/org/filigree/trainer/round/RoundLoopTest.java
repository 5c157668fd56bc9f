package org.filigree.trainer.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.filigree.config.FiligreeException;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfig.Exchange;
import org.filigree.trainer.run.RunState;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RoundLoopTest {

    private static final int STEPS = 10;

    private JavaSparkContext spark;

    @BeforeAll
    void startSpark() {
        spark = new JavaSparkContext(new SparkConf()
                .setMaster("local[2,4]")
                .setAppName("rounds")
                .set("spark.ui.enabled", "false")
                .set("spark.serializer", "org.apache.spark.serializer.KryoSerializer"));
    }

    @AfterAll
    void stopSpark() {
        spark.stop();
    }

    private RoundLoop loop(WorkerInput input, int workers, int microBatch, Exchange exchange, RunConfig.Outer outer) {
        return loop(input, microBatch, averaging(workers, exchange, outer), TinyRows.ROWS);
    }

    private static RunConfig.Averaging averaging(int workers, Exchange exchange, RunConfig.Outer outer) {
        return new RunConfig.Averaging(
                workers,
                exchange,
                exchange == Exchange.GRADIENTS ? 1 : 4,
                outer,
                RunConfig.Wire.FLOAT32,
                RunConfig.InnerState.RESET,
                RunConfig.Aggregation.FACTORS);
    }

    private RoundLoop loop(WorkerInput input, int microBatch, RunConfig.Averaging averaging, int rows) {
        return loop(input, microBatch, averaging, rows, Gathering.COLLECT);
    }

    private RoundLoop loop(
            WorkerInput input, int microBatch, RunConfig.Averaging averaging, int rows, Gathering gathering) {
        return new TinyLoop(STEPS, 4, microBatch, rows, TinyRows::length)
                .over(new SparkRound(spark, input, input.plan(null), gathering), averaging);
    }

    private static List<RoundLoop.Next> run(RoundLoop loop, RunState from) {
        var rounds = new ArrayList<RoundLoop.Next>();
        for (var at = from;
                !loop.finished(at);
                at = rounds.get(rounds.size() - 1).state()) {
            rounds.add(loop.next(at));
        }
        return rounds;
    }

    private static float[] end(List<RoundLoop.Next> rounds) {
        return rounds.get(rounds.size() - 1).state().values();
    }

    @Test
    void anySplitOfTheBatchGivesTheSameCurveAndAdapterDropoutIncluded() {
        var input = new TinyInput(0.3, false);
        var whole = loop(input, 1, 4, Exchange.GRADIENTS, null);
        var one = run(whole, whole.start(input.start()));
        assertThat(one).hasSize(STEPS);
        for (var workers : new int[] {2, 3, 6}) {
            var split = loop(input, workers, 1, Exchange.GRADIENTS, null);
            var several = run(split, split.start(input.start()));
            for (var s = 0; s < STEPS; s++) {
                assertThat(several.get(s).report().losses()[0])
                        .isCloseTo(one.get(s).report().losses()[0], within(1e-6));
                assertThat(several.get(s).report().tokens())
                        .isEqualTo(one.get(s).report().tokens());
            }
            assertThat(end(several)).containsExactly(end(one), within(1e-5f));
        }
    }

    @Test
    void aRunResumedAfterAnyRoundEndsInTheSameBits() {
        var input = new TinyInput(0.3, false);
        for (var exchange : Exchange.values()) {
            var outer = exchange == Exchange.PARAMETERS ? new RunConfig.Outer(0.7, 0.9) : null;
            var loop = loop(input, 2, 2, exchange, outer);
            var undisturbed = run(loop, loop.start(input.start()));
            for (var round : undisturbed.subList(0, undisturbed.size() - 1)) {
                var resumed = run(loop(input, 2, 2, exchange, outer), round.state());
                assertThat(end(resumed)).containsExactly(end(undisturbed));
            }
        }
    }

    @Test
    void tasksThatDieInMidRoundAndAreRetriedChangeNoBit() {
        var input = new TinyInput(0.3, false);
        for (var exchange : Exchange.values()) {
            var whole = loop(input, 2, 1, exchange, null);
            var before = FailingOnce.FAULTS.get();
            var disturbed = loop(new FailingOnce(input, 3), 2, 1, exchange, null);
            var found = end(run(disturbed, disturbed.start(input.start())));
            assertThat(FailingOnce.FAULTS.get() - before).isGreaterThanOrEqualTo(3);
            assertThat(found).containsExactly(end(run(whole, whole.start(input.start()))));
        }
    }

    @Test
    void localStepsMakeFewerRoundsAndTheLastIsShorter() {
        var input = new TinyInput(0, false);
        var loop = loop(input, 2, 2, Exchange.PARAMETERS, null);
        var rounds = run(loop, loop.start(input.start()));
        assertThat(rounds.stream().map(r -> r.report().losses().length)).containsExactly(4, 4, 2);
    }

    @Test
    void theLossOfTheSameRowsFallsWithBothExchanges() {
        var input = new TinyInput(0, false);
        for (var exchange : Exchange.values()) {
            var loop = loop(input, 2, averaging(2, exchange, null), 4);
            var rounds = run(loop, loop.start(input.start()));
            var first = rounds.get(0).report().losses()[0];
            var losses = rounds.get(rounds.size() - 1).report().losses();
            assertThat(losses[losses.length - 1]).isLessThan(0.99 * first);
        }
    }

    @Test
    void theFirstUpdateIsTheSameOnTheDriverAsInTheTask() {
        var input = new TinyInput(0.3, false);
        var driver = loop(input, 2, RunConfig.Averaging.gradients(1), TinyRows.ROWS);
        var task = loop(input, 2, RunConfig.Averaging.parameters(1, 1), TinyRows.ROWS);
        var expected = driver.next(driver.start(input.start())).state().values();
        var found = task.next(task.start(input.start())).state().values();
        assertThat(found).containsExactly(expected, within(1e-6f));
        assertThat(found).isNotEqualTo(input.start());
    }

    /** Every way to average that a configuration can ask for, in two workers' hands. */
    private static List<RunConfig.Averaging> everyAveraging() {
        var all = new ArrayList<RunConfig.Averaging>();
        for (var wire : RunConfig.Wire.values()) {
            all.add(new RunConfig.Averaging(
                    2, Exchange.GRADIENTS, 1, null, wire, RunConfig.InnerState.RESET, RunConfig.Aggregation.FACTORS));
            for (var aggregation : RunConfig.Aggregation.values()) {
                for (var inner : RunConfig.InnerState.values()) {
                    if (aggregation != RunConfig.Aggregation.PRODUCT || inner == RunConfig.InnerState.RESET) {
                        all.add(new RunConfig.Averaging(2, Exchange.PARAMETERS, 0, null, wire, inner, aggregation));
                    }
                }
            }
        }
        return all;
    }

    @Test
    void slicesSummedByReducersHaveTheBitsOfTheDriversSum() {
        var input = new TinyInput(0.3, false);
        for (var averaging : everyAveraging()) {
            var collected = loop(input, 1, averaging, TinyRows.ROWS);
            var scattered = loop(input, 1, averaging, TinyRows.ROWS, Gathering.REDUCE_SCATTER);
            var whole = run(collected, collected.start(input.start()));
            var slices = run(scattered, scattered.start(input.start()));
            assertThat(end(slices)).as("%s", averaging).containsExactly(end(whole));
            for (var i = 0; i < whole.size(); i++) {
                var one = whole.get(i).report();
                var other = slices.get(i).report();
                assertThat(other.losses()).containsExactly(one.losses());
                assertThat(Double.compare(other.drift(), one.drift())).isZero();
            }
        }
    }

    @Test
    void everyAveragingLearnsAndGoesOnFromAnyRoundWithTheSameBits() {
        var input = new TinyInput(0.3, false);
        for (var averaging : everyAveraging()) {
            if (averaging.innerState() == RunConfig.InnerState.KEEP) {
                // Its state is not the driver's alone: KeptMomentsTest.
                continue;
            }
            var loop = loop(input, 1, averaging, 4);
            var undisturbed = run(loop, loop.start(input.start()));
            var resumed = run(loop(input, 1, averaging, 4), undisturbed.get(0).state());
            assertThat(end(resumed)).as("%s", averaging).containsExactly(end(undisturbed));
            assertThat(end(undisturbed)).isNotEqualTo(input.start());
            var last = undisturbed.get(undisturbed.size() - 1).report().losses();
            assertThat(last[last.length - 1])
                    .as("%s", averaging)
                    .isLessThan(undisturbed.get(0).report().losses()[0]);
        }
    }

    @Test
    void aFrozenAStaysAsItBeganAndItsMeanIsExact() {
        var input = new TinyInput(0, false);
        var averaging = new RunConfig.Averaging(
                2,
                Exchange.PARAMETERS,
                4,
                null,
                RunConfig.Wire.BFLOAT16,
                RunConfig.InnerState.RESET,
                RunConfig.Aggregation.FROZEN_A);
        var loop = loop(input, 1, averaging, TinyRows.ROWS);
        var rounds = run(loop, loop.start(input.start()));
        var a = input.plan(null).layout().find("a");
        var b = input.plan(null).layout().find("b");
        for (var i = 0; i < a.elements(); i++) {
            assertThat(end(rounds)[a.offset() + i]).isEqualTo(input.start()[a.offset() + i]);
        }
        assertThat(Arrays.copyOfRange(end(rounds), b.offset(), b.offset() + b.elements()))
                .isNotEqualTo(Arrays.copyOfRange(input.start(), b.offset(), b.offset() + b.elements()));
        assertThat(rounds).allMatch(round -> round.report().drift() == 0);
    }

    @Test
    void workersThatDisagreeDrift() {
        var input = new TinyInput(0, false);
        var alone = loop(input, 1, RunConfig.Averaging.parameters(1, 4), TinyRows.ROWS);
        var two = loop(input, 1, RunConfig.Averaging.parameters(2, 4), TinyRows.ROWS);
        assertThat(run(alone, alone.start(input.start())))
                .allMatch(round -> round.report().drift() == 0);
        assertThat(run(two, two.start(input.start())))
                .allMatch(round -> round.report().drift() > 0);
    }

    @Test
    void aRoundSaysWhatSparkMoved() {
        var input = new TinyInput(0, false);
        var loop = loop(input, 1, RunConfig.Averaging.parameters(2, 4), TinyRows.ROWS);
        var traffic = loop.next(loop.start(input.start())).report().traffic();
        var adapter = input.start().length * (long) Float.BYTES;
        assertThat(traffic.executors()).isEqualTo(1);
        assertThat(traffic.down()).isBetween(adapter / 2, adapter + 1_000);
        assertThat(traffic.up()).isBetween(2 * adapter, 2 * (adapter + 10_000));
    }

    @Test
    void aLossThatIsNotFiniteStopsTheRunWithCode5AndNamesRoundAndRow() {
        var input = new TinyInput(0, true);
        var loop = loop(input, 1, 4, Exchange.GRADIENTS, null);
        assertThatThrownBy(() -> loop.next(loop.start(input.start())))
                .isInstanceOfSatisfying(
                        FiligreeException.class, e -> assertThat(e.code()).isEqualTo(FiligreeException.Code.DIVERGED))
                .hasMessage("round 1: the loss or gradient of row 0 is not finite (worker 0)");
    }
}
