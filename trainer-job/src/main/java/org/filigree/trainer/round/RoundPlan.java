package org.filigree.trainer.round;

import java.io.Serializable;
import org.filigree.trainer.averaging.AveragingRules;

/**
 * What the workers of a round do: primitives and names only, since it travels in the closure.
 *
 * @param round from 1
 * @param rules how the workers come together
 * @param rows {@code [workers][steps][]} row ids
 * @param places {@code [workers][steps]} place of the first of them in its global batch
 * @param firstStep of the round, from 0
 * @param dropoutKey of seed and adapter's name
 * @param rates {@code [steps]} learning rates
 */
public record RoundPlan(
        int round,
        AveragingRules rules,
        int[][][] rows,
        int[][] places,
        int firstStep,
        int microBatch,
        long dropoutKey,
        double[] rates,
        double beta1,
        double beta2,
        double epsilon,
        double weightDecay,
        double maxGradNorm)
        implements Serializable {

    public int workers() {
        return rows.length;
    }

    public boolean sendsGradients() {
        return rules.gradients();
    }
}
