package org.filigree.trainer.round;

import java.util.ArrayList;
import org.filigree.engine.AdamWStep;
import org.filigree.engine.Batch;
import org.filigree.engine.Session;
import org.filigree.lora.AdamW;
import org.filigree.lora.CounterRandom;
import org.filigree.lora.GradientClip;
import org.filigree.trainer.averaging.AdapterState;

/** One worker's part of a round: a pure function of the adapter's values and the plan. */
final class WorkerRound {

    private static final int SLOT = 0;
    private static final int NO_BAD_ROW = -1;

    private final Session session;
    private final ExecutorCache.Lease lease;
    private final WorkerInput.Rows rows;
    private final RoundPlan plan;
    private final int worker;
    private int badRow = NO_BAD_ROW;

    WorkerRound(ExecutorCache.Lease lease, RoundPlan plan, int worker) {
        this.session = lease.session();
        this.lease = lease;
        this.rows = lease.rows(WorkerInput.Side.TRAIN);
        this.plan = plan;
        this.worker = worker;
    }

    /** A loss or gradient that is not finite ends the worker's round: the driver stops the run by its row. */
    Outcome run(AdapterState received) {
        session.put(SLOT, plan.rules().trained(lease.plan()), received.values());
        if (carriesMoments()) {
            session.setMoments(SLOT, new AdamW.Moments(received.first(), received.second()));
        }
        var steps = plan.rows()[worker].length;
        var losses = new double[steps];
        var tokens = new long[steps];
        for (var step = 0; step < steps && badRow == NO_BAD_ROW; step++) {
            accumulate(step, losses, tokens);
            if (!plan.sendsGradients() && tokens[step] > 0) {
                update(step, tokens[step]);
            }
        }
        return new Outcome(badRow, losses, tokens, up(received));
    }

    private boolean carriesMoments() {
        return plan.rules().averagesMoments() || plan.rules().keepsMoments();
    }

    /**
     * @param badRow the first row whose loss was not finite, or -1
     * @param losses one a step: sum over its tokens
     * @param up gradients of sums, or what the steps changed, and the moments where they outlive the round
     */
    record Outcome(int badRow, double[] losses, long[] tokens, AdapterState up) {
        boolean failed() {
            return badRow != NO_BAD_ROW;
        }

        AdamW.Moments moments() {
            return new AdamW.Moments(up.first(), up.second());
        }
    }

    private void accumulate(int step, double[] losses, long[] tokens) {
        var ids = plan.rows()[worker][step];
        for (var first = 0; first < ids.length; first += plan.microBatch()) {
            KilledTask.stops();
            var placed = new ArrayList<Batch.Placed>();
            for (var r = first; r < Math.min(first + plan.microBatch(), ids.length); r++) {
                var key =
                        CounterRandom.key(plan.dropoutKey(), plan.firstStep() + step, plan.places()[worker][step] + r);
                placed.add(new Batch.Placed(SLOT, key, rows.row(ids[r])));
            }
            var cost = session.accumulate(Batch.of(placed));
            for (var r = 0; r < placed.size() && badRow == NO_BAD_ROW; r++) {
                if (!Double.isFinite(cost.losses()[r])) {
                    badRow = ids[first + r];
                }
            }
            losses[step] += cost.loss();
            tokens[step] += cost.tokens();
        }
    }

    private void update(int step, long tokens) {
        var norm = Math.sqrt(session.squaredGradientNorm(SLOT)) / tokens;
        if (!Double.isFinite(norm)) {
            badRow = plan.rows()[worker][step][0];
            return;
        }
        // Moments that begin anew each round are corrected by the steps since.
        var since = carriesMoments() ? plan.firstStep() + step + 1 : step + 1;
        session.update(
                SLOT,
                new AdamWStep(
                        since,
                        plan.rates()[step],
                        plan.beta1(),
                        plan.beta2(),
                        plan.epsilon(),
                        plan.weightDecay(),
                        GradientClip.factor(norm, plan.maxGradNorm()) / tokens));
    }

    private AdapterState up(AdapterState received) {
        var before = received.values();
        if (plan.sendsGradients()) {
            var gradients = new float[before.length];
            session.gradients(SLOT, gradients);
            return AdapterState.of(gradients);
        }
        var delta = session.values(SLOT);
        for (var i = 0; i < delta.length; i++) {
            delta[i] -= before[i];
        }
        if (!carriesMoments()) {
            return AdapterState.of(delta);
        }
        var moments = session.moments(SLOT);
        return new AdapterState(delta, moments.first(), moments.second());
    }
}
