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
        var n = rows * vocabulary;
        var values = scratch.array(0, n);
        logits.load(row, rows, values);
        for (var r = 0; r < rows; r++) {
            var begin = r * vocabulary;
            var most = Vectors.largest(values, begin, vocabulary);
            losses[row + r] = (double) most - values[begin + targets[row + r]];
            for (var c = begin; c < begin + vocabulary; c++) {
                values[c] -= most;
            }
        }
        scratch.exp(values, n);
        for (var r = 0; r < rows; r++) {
            var begin = r * vocabulary;
            var sum = Vectors.sum(values, begin, vocabulary);
            losses[row + r] += Math.log(sum);
            var share = (float) (1 / sum);
            for (var c = begin; c < begin + vocabulary; c++) {
                values[c] *= share;
            }
            values[begin + targets[row + r]] -= 1;
        }
        if (dLogits != null) {
            dLogits.store(row, rows, values);
        }
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
