package org.filigree.trainer.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.filigree.cluster.StandaloneCluster;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfig.Aggregation;
import org.filigree.config.RunConfig.Exchange;
import org.filigree.config.RunConfig.InnerState;
import org.filigree.trainer.SparkDefaults;
import org.filigree.trainer.SparkOnCluster;
import org.filigree.trainer.averaging.AveragingRules;
import org.filigree.trainer.forecast.TrafficForecast;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** What rounds of four workers on two executors move, by Spark's counts, against what was forecast of them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class ForecastTrafficTest {

    private static final int WORKERS = 4;
    private static final int EXECUTORS = 2;
    /** What AdamW changes in a step or two, from moments of zero, is so alike that Spark's shuffle makes it smaller. */
    private static final int LOCAL_STEPS = 4;

    private static final int WITHIN_PERCENT = 5;

    private final WideInput input = new WideInput();

    @AutoClose
    private SparkOnCluster on;

    @BeforeAll
    void aSlotForEachWorker() throws Exception {
        on = SparkOnCluster.of(
                StandaloneCluster.start(EXECUTORS, WORKERS / EXECUTORS), Map.copyOf(SparkDefaults.SETTINGS));
        on.cluster().awaitExecutors(on.context());
    }

    private static List<RunConfig.Averaging> everyTraffic() {
        var all = new ArrayList<RunConfig.Averaging>();
        for (var wire : RunConfig.Wire.values()) {
            all.add(averaging(Exchange.GRADIENTS, 1, wire, InnerState.RESET));
            for (var inner : InnerState.values()) {
                all.add(averaging(Exchange.PARAMETERS, LOCAL_STEPS, wire, inner));
            }
        }
        return all;
    }

    private static RunConfig.Averaging averaging(Exchange exchange, int steps, RunConfig.Wire wire, InnerState inner) {
        return new RunConfig.Averaging(WORKERS, exchange, steps, null, wire, inner, Aggregation.FACTORS);
    }

    @Test
    void aRoundMovesWhatWasForecastEachWay() {
        var plan = input.plan(null);
        assertThat(plan.layout().size()).isGreaterThan(1_000_000);
        var rounds = 0;
        for (var gathering : Gathering.values()) {
            for (var averaging : everyTraffic()) {
                var wire = AveragingRules.of(averaging, 1, "traffic").wire(plan);
                var forecast = TrafficForecast.of(
                        new ResultBytes(wire, WORKERS, averaging.localSteps()), gathering, EXECUTORS, 1);
                var moved = moved(averaging, gathering);
                var what = "%s, %s".formatted(gathering, averaging);
                assertThat(moved.executors()).as(what).isEqualTo(EXECUTORS);
                assertThat(moved.down() / EXECUTORS)
                        .as("down, %s", what)
                        .isCloseTo(forecast.downEach(), withinPercentage(WITHIN_PERCENT));
                assertThat(moved.up()).as("up, %s", what).isCloseTo(forecast.up(), withinPercentage(WITHIN_PERCENT));
                rounds++;
            }
        }
        assertThat(rounds).isEqualTo(2 * 3 * 4);
    }

    private Traffic moved(RunConfig.Averaging averaging, Gathering gathering) {
        var workers = new SparkRound(on.context(), input, input.plan(null), gathering);
        try (var loop = new TinyLoop(averaging.localSteps(), WORKERS, 1).over(workers, averaging)) {
            return loop.next(loop.start(input.start())).report().traffic();
        }
    }
}
