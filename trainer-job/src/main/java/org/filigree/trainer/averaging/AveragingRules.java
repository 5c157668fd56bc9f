package org.filigree.trainer.averaging;

import java.io.Serializable;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfig.Aggregation;
import org.filigree.config.RunConfig.Exchange;
import org.filigree.config.RunConfig.InnerState;
import org.filigree.lora.AdapterPlan;
import org.filigree.lora.CounterRandom;

/**
 * How a run's workers come together, as every process needs to know it.
 *
 * @param gradients sums of gradients go up; else what the workers' steps changed
 * @param inner what becomes of AdamW's moments between rounds
 * @param key of the run's seed and the adapter's name
 */
public record AveragingRules(boolean gradients, WireFormat format, InnerState inner, Aggregation aggregation, long key)
        implements Serializable {

    /** The driver, as a sender. */
    private static final int DRIVER = -1;

    public static AveragingRules of(RunConfig.Averaging averaging, long seed, String adapter) {
        return new AveragingRules(
                averaging.exchange() == Exchange.GRADIENTS,
                WireFormat.valueOf(averaging.wire().name()),
                averaging.innerState(),
                averaging.aggregation(),
                CounterRandom.key(seed, CounterRandom.name(adapter), CounterRandom.name("wire")));
    }

    /** Whether moments travel. */
    public boolean averagesMoments() {
        return inner == InnerState.AVERAGE;
    }

    /** Whether each worker goes on with moments of its own. */
    public boolean keepsMoments() {
        return inner == InnerState.KEEP;
    }

    /** The plan as its workers train it. */
    public AdapterPlan trained(AdapterPlan plan) {
        return aggregation == Aggregation.FROZEN_A ? plan.withFrozenA() : plan;
    }

    /** What travels of a plan. */
    public AdapterWire wire(AdapterPlan plan) {
        return new AdapterWire(trained(plan), format, averagesMoments());
    }

    /** For the rounding of what the driver sends in a round. */
    public long downKey(int round) {
        return upKey(round, DRIVER);
    }

    /** For the rounding of what a worker sends in a round. */
    public long upKey(int round, int worker) {
        return CounterRandom.key(key, round, worker);
    }
}
