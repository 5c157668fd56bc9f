package org.filigree.trainer.round;

import java.util.ArrayList;
import java.util.Arrays;
import org.filigree.engine.Batch;

/** One worker's part of an evaluation: sums over its rows, without dropout. */
final class WorkerScore {

    private static final int SLOT = 0;
    private static final int NO_BAD_ROW = -1;
    private static final byte[] NOTHING = {};

    private final ExecutorCache.Lease lease;
    private final ScorePlan plan;
    private final int worker;

    WorkerScore(ExecutorCache.Lease lease, ScorePlan plan, int worker) {
        this.lease = lease;
        this.plan = plan;
        this.worker = worker;
    }

    RoundResult run(float[] values) {
        var session = lease.session();
        session.put(SLOT, lease.plan(), values);
        var rows = lease.rows(plan.side());
        var loss = 0.0;
        var tokens = 0L;
        var correct = 0L;
        var end = plan.bounds()[worker + 1];
        for (var first = plan.bounds()[worker]; first < end; first += plan.microBatch()) {
            KilledTask.stops();
            var placed = new ArrayList<Batch.Placed>();
            for (var row = first; row < Math.min(first + plan.microBatch(), end); row++) {
                placed.add(new Batch.Placed(SLOT, 0, rows.row(row)));
            }
            var cost = session.score(Batch.of(placed));
            loss += cost.loss();
            tokens += cost.tokens();
            correct += Arrays.stream(cost.correct()).asLongStream().sum();
        }
        return new RoundResult(
                worker,
                NO_BAD_ROW,
                lease.origin(),
                new double[] {loss, correct},
                new long[] {tokens, 0},
                RoundResult.NOTHING_REPLAYED,
                NOTHING);
    }
}
