package org.filigree.trainer.averaging;

import java.util.Arrays;
import org.filigree.lora.CounterRandom;

/**
 * The first right singular vectors of a mean of products.
 *
 * @param values the singular values, largest first, without those that are zero but for rounding
 * @param rows a unit vector of {@code in} numbers for each, orthogonal to the others
 */
record TopDirections(double[] values, double[][] rows) {

    /** The stacked factors are decomposed themselves up to this part of the smaller dimension. */
    private static final int STACKED_PART = 4;

    private static final int POWER_ITERATIONS = 2;
    private static final int LEAST_OVERSAMPLING = 8;
    private static final double ROUNDING = 0x1.0p-52;

    /** At most {@code product.rank()} of them; the seed is of the random sketch, where one is made. */
    static TopDirections of(MeanProduct product, long seed) {
        var smaller = Math.min(product.in(), product.out());
        return product.stacked() <= smaller / STACKED_PART ? stacked(product) : sketched(product, seed);
    }

    /** P = B'A with the stacked factors, B' = Q R and A' = S T: the singular values of P are those of R T'. */
    static TopDirections stacked(MeanProduct product) {
        var a = new RowQr(product.stackedA());
        var b = new RowQr(product.stackedB());
        return kept(SmallSvd.of(LongRows.gram(b.triangle(), a.triangle())), a, product);
    }

    /**
     * Halko, Martinsson, Tropp 2011, algorithms 4.4 and 5.1: Q spans what P makes of random vectors, sharpened by power
     * iterations; Q'P is then small. The random numbers are uniform: their logarithms, which normal ones take, may have
     * other last bits on another JVM.
     */
    static TopDirections sketched(MeanProduct product, long seed) {
        var rank = product.rank();
        var width = Math.min(rank + Math.max(LEAST_OVERSAMPLING, rank / 2), Math.min(product.in(), product.out()));
        var tests = new double[width][product.in()];
        for (var i = 0; i < width; i++) {
            var key = CounterRandom.key(seed, i);
            for (var j = 0; j < product.in(); j++) {
                tests[i][j] = 2 * CounterRandom.uniform(key, j) - 1;
            }
        }
        var range = new RowQr(product.times(tests)).basis();
        for (var i = 0; i < POWER_ITERATIONS; i++) {
            var domain = new RowQr(product.transposedTimes(range)).basis();
            range = new RowQr(product.times(domain)).basis();
        }
        var projected = new RowQr(product.transposedTimes(range));
        return kept(SmallSvd.of(transposed(projected.triangle())), projected, product);
    }

    private static TopDirections kept(SmallSvd svd, RowQr domain, MeanProduct product) {
        var zero = svd.values()[0] * Math.max(product.in(), product.out()) * ROUNDING;
        var kept = 0;
        while (kept < Math.min(product.rank(), svd.values().length) && svd.values()[kept] > zero) {
            kept++;
        }
        return new TopDirections(Arrays.copyOf(svd.values(), kept), domain.rows(Arrays.copyOf(svd.right(), kept)));
    }

    private static double[][] transposed(double[][] square) {
        var transposed = new double[square.length][square.length];
        for (var i = 0; i < square.length; i++) {
            for (var j = 0; j < square.length; j++) {
                transposed[j][i] = square[i][j];
            }
        }
        return transposed;
    }
}
