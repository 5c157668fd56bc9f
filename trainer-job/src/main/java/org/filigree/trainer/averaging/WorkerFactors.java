package org.filigree.trainer.averaging;

/**
 * One low-rank product B·A as each worker has it after a round. Shapes or weights that do not fit are an
 * IllegalArgumentException.
 *
 * @param rank of the product: rows of A, columns of B
 * @param in columns of A
 * @param out rows of B
 * @param a of each worker, {@code [rank, in]}, row-major
 * @param b of each worker, {@code [out, rank]}, row-major
 * @param weights one a worker, none negative, together 1
 */
public record WorkerFactors(int rank, int in, int out, float[][] a, float[][] b, double[] weights) {

    private static final double WEIGHT_TOLERANCE = 1e-9;

    public WorkerFactors {
        if (a.length == 0 || a.length != b.length || a.length != weights.length) {
            throw new IllegalArgumentException(
                    "workers: %d have A, %d have B, %d have weights".formatted(a.length, b.length, weights.length));
        }
        double total = 0;
        for (var k = 0; k < a.length; k++) {
            if (a[k].length != rank * in || b[k].length != out * rank) {
                throw new IllegalArgumentException(
                        "worker %d: A has %d values and B %d, where [%d, %d] and [%d, %d] are wanted"
                                .formatted(k, a[k].length, b[k].length, rank, in, out, rank));
            }
            if (!(weights[k] >= 0)) {
                throw new IllegalArgumentException("worker %d has the weight %s".formatted(k, weights[k]));
            }
            total += weights[k];
        }
        if (!(Math.abs(total - 1) <= WEIGHT_TOLERANCE)) {
            throw new IllegalArgumentException("the workers' weights sum to " + total);
        }
    }

    int workers() {
        return weights.length;
    }

    /** Rows of worker k's A, the columns {@code [from, to)} of them, into the front of {@code rows [rank][]}. */
    void rowsOfA(int k, int from, int to, double[][] rows) {
        for (var i = 0; i < rank; i++) {
            var row = rows[i];
            var start = i * in + from;
            for (var j = 0; j < to - from; j++) {
                row[j] = a[k][start + j];
            }
        }
    }

    /** Columns of worker k's B as rows, the outputs {@code [from, to)} of them, into the front of {@code rows [rank][]}. */
    void columnsOfB(int k, int from, int to, double[][] rows) {
        for (var o = from; o < to; o++) {
            for (var i = 0; i < rank; i++) {
                rows[i][o - from] = b[k][o * rank + i];
            }
        }
    }
}
