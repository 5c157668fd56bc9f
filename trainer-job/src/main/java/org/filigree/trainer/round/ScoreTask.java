package org.filigree.trainer.round;

import java.io.Serializable;
import org.apache.spark.broadcast.Broadcast;
import org.filigree.config.FiligreeException;

/**
 * One worker's task of an evaluation.
 *
 * @param folder a published folder to read the values from and compare them with those sent; null for those sent
 * @param tolerance relative, of the type the folder is stored in
 */
record ScoreTask(WorkerInput input, ScorePlan plan, Broadcast<float[]> sent, String folder, double tolerance)
        implements Serializable {

    RoundResult run(int worker) {
        try (var lease = ExecutorCache.OF_THIS_JVM.lease(input)) {
            var values = folder == null ? sent.value() : published(lease);
            var result = new WorkerScore(lease, plan, worker).run(values);
            lease.succeeded();
            return result;
        }
    }

    private float[] published(ExecutorCache.Lease lease) {
        var values = sent.value();
        var read = input.published(folder, lease.plan());
        for (var i = 0; i < values.length; i++) {
            // Negated: a value that is not a number compares false.
            if (!(Math.abs(read[i] - values[i]) <= tolerance * Math.abs(values[i]))) {
                throw new FiligreeException(
                        FiligreeException.Code.RUN_TIME,
                        "%s: value %d reads back as %s, trained was %s".formatted(folder, i, read[i], values[i]));
            }
        }
        return read;
    }
}
