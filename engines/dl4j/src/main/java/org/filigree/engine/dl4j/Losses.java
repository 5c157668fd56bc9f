package org.filigree.engine.dl4j;

import org.filigree.engine.Buffer;

/** Cross-entropy over rows of logits; sums of exponentials are float64. */
final class Losses {

    /** Elements whose exponentials are held at once. */
    private static final int BLOCK = 1 << 14;

    private final Workers workers;
    private final Pool pool;

    Losses(Workers workers, Pool pool) {
        this.workers = workers;
        this.pool = pool;
    }

    void crossEntropy(Buffer logitsBuffer, int[] targets, double[] losses, Buffer dLogitsBuffer) {
        var logits = Shapes.floats("crossEntropy", "logits", logitsBuffer);
        var vocabulary = logits.columns();
        var dLogits = Shapes.orNull("crossEntropy", "dLogits", dLogitsBuffer, logits.rows(), vocabulary);
        if (targets.length != logits.rows() || losses.length != logits.rows()) {
            throw new IllegalArgumentException("crossEntropy: %d rows of logits, %d targets, %d losses"
                    .formatted(logits.rows(), targets.length, losses.length));
        }
        Shapes.rows("crossEntropy", targets, vocabulary);
        var step = Math.max(1, BLOCK / Math.max(1, vocabulary));
        workers.over(logits.rows(), step, (from, count) -> {
            try (var loan = pool.borrow()) {
                for (var row = from; row < from + count; row += step) {
                    var rows = Math.min(step, from + count - row);
                    block(logits, targets, losses, dLogits, row, rows, loan.scratch());
                }
            }
        });
    }

    private static void block(
            NdBuffer logits, int[] targets, double[] losses, NdBuffer dLogits, int row, int rows, Scratch scratch) {
        var vocabulary = logits.columns();
        var exponentials = scratch.values(rows * vocabulary);
        var given = logits.window(row, rows);
        var values = new float[vocabulary];
        for (var r = 0; r < rows; r++) {
            given.get(r * logits.stride(), values, 0, vocabulary);
            var most = largest(values);
            losses[row + r] = (double) most - values[targets[row + r]];
            for (var c = 0; c < vocabulary; c++) {
                values[c] -= most;
            }
            exponentials.put(r * vocabulary, values, 0, vocabulary);
        }
        scratch.transform(Nd4jNatives.Transform.EXP, rows * vocabulary);
        var target = dLogits == null ? null : dLogits.window(row, rows);
        for (var r = 0; r < rows; r++) {
            exponentials.get(r * vocabulary, values, 0, vocabulary);
            var sum = Norms.sum(values);
            losses[row + r] += Math.log(sum);
            if (target == null) {
                continue;
            }
            var share = (float) (1 / sum);
            for (var c = 0; c < vocabulary; c++) {
                values[c] *= share;
            }
            values[targets[row + r]] -= 1;
            target.put(r * dLogits.stride(), values, 0, vocabulary);
        }
    }

    private static float largest(float[] values) {
        var most = Float.NEGATIVE_INFINITY;
        for (var value : values) {
            most = Math.max(most, value);
        }
        return most;
    }

    static int[] argMax(Buffer logitsBuffer) {
        var logits = Shapes.floats("argMax", "logits", logitsBuffer);
        if (logits.columns() == 0) {
            throw new IllegalArgumentException("argMax: no columns");
        }
        var best = new int[logits.rows()];
        var values = new float[logits.columns()];
        for (var r = 0; r < best.length; r++) {
            logits.window(r, 1).get(0, values, 0, values.length);
            for (var c = 1; c < values.length; c++) {
                if (values[c] > values[best[r]]) {
                    best[r] = c;
                }
            }
        }
        return best;
    }
}
