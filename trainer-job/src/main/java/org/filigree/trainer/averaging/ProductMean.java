package org.filigree.trainer.averaging;

/**
 * The mean of the workers' products, brought back to their rank: P = sum of w_k B_k A_k, its best approximation of rank r
 * (Eckart, Young 1936), and a choice among the pairs of factors that have this product.
 *
 * <p><b>The split.</b> A' has orthogonal rows, all of the length c that keeps the Frobenius norm of the previous A, and B'
 * takes the singular values. B starts at zero and A does not, so trained adapters are like that; the gradient of B is
 * proportional to A and AdamW's step to neither, so that sharing the singular values out evenly would shrink A to B's size
 * and slow B down in every round, and more so the less has been learned.
 *
 * <p><b>The turn.</b> B'A' = (B'O')(OA') for every orthogonal O; the one taken brings A' nearest to the previous A (Procrustes;
 * Schönemann 1966), so that factors move no more than their product makes them. Where the previous A had such rows already
 * and its row space is P's, A' is the previous A. One of other shape, such as a random first one, is made even once.
 *
 * <p><b>What P leaves open.</b> Where P has a lower rank than r, A' goes on in the directions of the previous A that are not
 * in P, and B' is zero along them. P = 0 gives B' = 0 and an A' with the previous one's row space.
 *
 * <p>In fp64 on one thread, in a fixed order, until the result becomes floats; no matrix of {@code [out, in]} is formed.
 */
public final class ProductMean {

    private ProductMean() {}

    /**
     * One product's factors.
     *
     * @param a {@code [rank, in]}, row-major
     * @param b {@code [out, rank]}, row-major
     */
    public record Factors(float[] a, float[] b) {}

    /** Rows of A', {@code [rank][in]}, and columns of B', {@code [rank][out]}, before they become floats. */
    record Exact(double[][] rowsOfA, double[][] columnsOfB) {}

    /**
     * Through a QR of the stacked factors while K workers of rank r have K·r at most a quarter of the smaller dimension;
     * above that through a random sketch, whose error passes the best one's by a part that is not seen in a float where the
     * singular values fall off after r, and stays below a hundredth where they do not.
     *
     * @param previousA what the workers started the round with, {@code [rank, in]}, row-major
     * @param seed of the sketch
     * @throws IllegalArgumentException where a factor or {@code previousA} has a NaN or an infinity, or the wrong size
     */
    public static Factors of(WorkerFactors workers, float[] previousA, long seed) {
        var exact = exact(workers, previousA, seed);
        var rank = workers.rank();
        var a = new float[rank * workers.in()];
        var b = new float[workers.out() * rank];
        for (var i = 0; i < rank; i++) {
            for (var j = 0; j < workers.in(); j++) {
                a[i * workers.in() + j] = (float) exact.rowsOfA()[i][j];
            }
            for (var o = 0; o < workers.out(); o++) {
                b[o * rank + i] = (float) exact.columnsOfB()[i][o];
            }
        }
        return new Factors(a, b);
    }

    static Exact exact(WorkerFactors workers, float[] previousA, long seed) {
        requireFinite(workers, previousA);
        var product = new MeanProduct(workers);
        return factors(product, TopDirections.of(product, seed), rows(previousA, workers));
    }

    static Exact factors(MeanProduct product, TopDirections top, double[][] previous) {
        var found = top.rows();
        var images = product.times(found);
        makeSignsCanonical(found, images);
        var basis = RowBasis.completed(found, previous, Math.min(product.rank(), product.in()));
        var turn = nearestTurn(LongRows.gram(previous, basis));
        var length = rowLength(previous, basis.length);
        var turnOfImages = new double[turn.length][found.length];
        for (var i = 0; i < turn.length; i++) {
            for (var j = 0; j < basis.length; j++) {
                if (j < found.length) {
                    turnOfImages[i][j] = turn[i][j] / length;
                }
                turn[i][j] *= length;
            }
        }
        var b = new double[product.rank()][product.out()];
        LongRows.addCombination(turnOfImages, images, b);
        return new Exact(LongRows.combination(turn, basis), b);
    }

    /** A singular vector's sign is anybody's: the left one's largest entry, of equals the first, becomes positive. */
    private static void makeSignsCanonical(double[][] right, double[][] left) {
        for (var i = 0; i < left.length; i++) {
            double largest = 0;
            for (var value : left[i]) {
                largest = Math.abs(value) > Math.abs(largest) ? value : largest;
            }
            if (largest < 0) {
                negate(left[i]);
                negate(right[i]);
            }
        }
    }

    private static void negate(double[] x) {
        for (var t = 0; t < x.length; t++) {
            x[t] = -x[t];
        }
    }

    /** The O with orthonormal columns for which OV is nearest to A, from {@code AV' [rank][q]}. */
    private static double[][] nearestTurn(double[][] overlap) {
        var svd = SmallSvd.of(overlap);
        var turn = new double[overlap.length][overlap[0].length];
        for (var s = 0; s < svd.values().length; s++) {
            for (var i = 0; i < turn.length; i++) {
                for (var j = 0; j < turn[i].length; j++) {
                    turn[i][j] += svd.left()[s][i] * svd.right()[s][j];
                }
            }
        }
        return turn;
    }

    /** 1 where the previous A is zero and says nothing. */
    private static double rowLength(double[][] previous, int directions) {
        double squares = 0;
        for (var row : previous) {
            squares += LongRows.dot(row, row, 0, row.length);
        }
        return squares == 0 ? 1 : Math.sqrt(squares / directions);
    }

    private static double[][] rows(float[] previousA, WorkerFactors workers) {
        var rows = new double[workers.rank()][workers.in()];
        for (var i = 0; i < workers.rank(); i++) {
            for (var j = 0; j < workers.in(); j++) {
                rows[i][j] = previousA[i * workers.in() + j];
            }
        }
        return rows;
    }

    private static void requireFinite(WorkerFactors workers, float[] previousA) {
        if (previousA.length != workers.rank() * workers.in()) {
            throw new IllegalArgumentException("the previous A has %d values, where [%d, %d] is wanted"
                    .formatted(previousA.length, workers.rank(), workers.in()));
        }
        requireFinite(previousA, "the previous A");
        for (var k = 0; k < workers.workers(); k++) {
            requireFinite(workers.a()[k], "A of worker " + k);
            requireFinite(workers.b()[k], "B of worker " + k);
        }
    }

    private static void requireFinite(float[] values, String what) {
        for (var value : values) {
            if (!Float.isFinite(value)) {
                throw new IllegalArgumentException(what + " has the value " + value);
            }
        }
    }
}
