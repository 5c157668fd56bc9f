package org.filigree.trainer.averaging;

import org.filigree.lora.CounterRandom;

/**
 * How far the product of the mean factors is from the mean of the products. With b and a the factors less their means,
 * {@code mean(BA) - mean(B)mean(A) = D = sum w b a}, and {@code mean(BA) = mean(B)mean(A) + D}; so both are sums of low-rank
 * products, and neither is ever formed: their norms come from the factors' Gram matrices,
 * {@code |D|^2 = sum over k, l of w_k w_l <b_k'b_l, a_k a_l'>}.
 */
public final class Drift {

    /** Workers up to which norms are exact. */
    static final int EXACT_WORKERS = 16;

    /** Multiplications for exact norms, {@code K^2 r^2 (in + out)}: a second or so; rank 16 on 16 workers is far below. */
    static final double EXACT_PRODUCTS = 4e9;

    /**
     * A norm squared is estimated as the mean of |Dx|^2 (Hutchinson 1990, in the form with +-1). Its relative standard
     * deviation is at most sqrt(2 / probes), 0.18, half of it after the root.
     */
    static final int PROBES = 64;

    private Drift() {}

    /**
     * Squared Frobenius norms.
     *
     * @param difference of the mean of the products from the product of the means
     * @param mean of the mean of the products
     */
    public record Squares(double difference, double mean) {

        public static final Squares ZERO = new Squares(0, 0);

        /** Both of two modules together. */
        public Squares plus(Squares other) {
            return new Squares(difference + other.difference, mean + other.mean);
        }

        /** The difference as a part of the mean; 0 where both are 0. */
        public double relative() {
            return difference == 0 ? 0 : Math.sqrt(difference / mean);
        }
    }

    /**
     * Exact from Gram matrices in fp64 up to {@value #EXACT_WORKERS} workers and {@value #EXACT_PRODUCTS} multiplications,
     * else estimated with {@value #PROBES} probes. Zero, not nearly zero, where the workers agree on A or on B.
     *
     * @param scale lora_alpha / rank, by which the adapter multiplies its product
     * @param seed of the probes
     */
    public static Squares of(WorkerFactors workers, double scale, long seed) {
        var stacked = (double) workers.workers() * workers.rank();
        var products = stacked * stacked * ((double) workers.in() + workers.out());
        var squares = workers.workers() <= EXACT_WORKERS && products <= EXACT_PRODUCTS
                ? exact(workers)
                : probed(workers, seed);
        return new Squares(squares.difference() * scale * scale, squares.mean() * scale * scale);
    }

    static Squares exact(WorkerFactors workers) {
        var rank = workers.rank();
        var terms = workers.workers() + 1;
        var gramsOfA = grams(workers.in(), terms, rank, (from, to, rows) -> centredA(workers, from, to, rows));
        var gramsOfB = grams(workers.out(), terms, rank, (from, to, rows) -> centredB(workers, from, to, rows));
        double difference = 0;
        double mean = 0;
        for (var k = 0; k < terms; k++) {
            for (var l = 0; l <= k; l++) {
                double inner = 0;
                for (var i = 0; i < rank; i++) {
                    inner += LongRows.dot(gramsOfA[k][l][i], gramsOfB[k][l][i], 0, rank);
                }
                var term = (k == l ? 1 : 2) * weight(workers, k) * weight(workers, l) * inner;
                mean += term;
                // The last term is the product of the means, which the difference lacks.
                difference += k == terms - 1 ? 0 : term;
            }
        }
        return new Squares(Math.max(0, difference), Math.max(0, mean));
    }

    static Squares probed(WorkerFactors workers, long seed) {
        var rank = workers.rank();
        var probes = new double[PROBES][workers.in()];
        for (var p = 0; p < PROBES; p++) {
            var key = CounterRandom.key(seed, p);
            for (var j = 0; j < workers.in(); j++) {
                probes[p][j] = CounterRandom.bits(key, j) < 0 ? -1 : 1;
            }
        }
        var meanA = new double[rank][workers.in()];
        var meanB = new double[rank][workers.out()];
        meanA(workers, 0, workers.in(), meanA);
        meanB(workers, 0, workers.out(), meanB);
        var a = new double[rank][workers.in()];
        var b = new double[rank][workers.out()];
        var images = new double[PROBES][workers.out()];
        for (var k = 0; k < workers.workers(); k++) {
            workers.rowsOfA(k, 0, workers.in(), a);
            subtract(meanA, workers.in(), a);
            workers.columnsOfB(k, 0, workers.out(), b);
            subtract(meanB, workers.out(), b);
            addImages(workers.weights()[k], a, b, probes, images);
        }
        var difference = meanSquare(images);
        addImages(1, meanA, meanB, probes, images);
        return new Squares(difference, meanSquare(images));
    }

    private static double weight(WorkerFactors workers, int term) {
        return term == workers.workers() ? 1 : workers.weights()[term];
    }

    private interface Columns {
        /** Puts the columns [from, to) of every term's rows into the front of {@code rows [terms][rank][]}. */
        void read(int from, int to, double[][][] rows);
    }

    /** {@code [k][l]} for l up to k: the {@code [rank][rank]} inner products of the rows of terms k and l. */
    private static double[][][][] grams(int length, int terms, int rank, Columns columns) {
        var grams = new double[terms][terms][][];
        for (var k = 0; k < terms; k++) {
            for (var l = 0; l <= k; l++) {
                grams[k][l] = new double[rank][rank];
            }
        }
        var rows = new double[terms][rank][Math.min(length, LongRows.CHUNK)];
        for (var from = 0; from < length; from += LongRows.CHUNK) {
            var to = Math.min(length, from + LongRows.CHUNK);
            columns.read(from, to, rows);
            for (var k = 0; k < terms; k++) {
                for (var l = 0; l <= k; l++) {
                    LongRows.addGram(rows[k], rows[l], 0, to - from, grams[k][l]);
                }
            }
        }
        return grams;
    }

    private static void centredA(WorkerFactors workers, int from, int to, double[][][] rows) {
        var mean = rows[workers.workers()];
        meanA(workers, from, to, mean);
        for (var k = 0; k < workers.workers(); k++) {
            workers.rowsOfA(k, from, to, rows[k]);
            subtract(mean, to - from, rows[k]);
        }
    }

    private static void centredB(WorkerFactors workers, int from, int to, double[][][] rows) {
        var mean = rows[workers.workers()];
        meanB(workers, from, to, mean);
        for (var k = 0; k < workers.workers(); k++) {
            workers.columnsOfB(k, from, to, rows[k]);
            subtract(mean, to - from, rows[k]);
        }
    }

    /** Weighted from the first worker's value on, so that workers who agree have exactly their common value as mean. */
    private static void meanA(WorkerFactors workers, int from, int to, double[][] mean) {
        for (var i = 0; i < workers.rank(); i++) {
            for (var j = from; j < to; j++) {
                mean[i][j - from] = mean(workers.a(), workers.weights(), i * workers.in() + j);
            }
        }
    }

    private static void meanB(WorkerFactors workers, int from, int to, double[][] mean) {
        for (var o = from; o < to; o++) {
            for (var i = 0; i < workers.rank(); i++) {
                mean[i][o - from] = mean(workers.b(), workers.weights(), o * workers.rank() + i);
            }
        }
    }

    private static double mean(float[][] values, double[] weights, int index) {
        double first = values[0][index];
        double moved = 0;
        for (var k = 1; k < values.length; k++) {
            moved += weights[k] * (values[k][index] - first);
        }
        return first + moved;
    }

    private static void subtract(double[][] mean, int length, double[][] rows) {
        for (var i = 0; i < rows.length; i++) {
            for (var j = 0; j < length; j++) {
                rows[i][j] -= mean[i][j];
            }
        }
    }

    private static void addImages(double weight, double[][] a, double[][] b, double[][] probes, double[][] images) {
        var coefficients = LongRows.gram(probes, a);
        for (var row : coefficients) {
            for (var i = 0; i < row.length; i++) {
                row[i] *= weight;
            }
        }
        LongRows.addCombination(coefficients, b, images);
    }

    private static double meanSquare(double[][] rows) {
        double sum = 0;
        for (var row : rows) {
            sum += LongRows.dot(row, row, 0, row.length);
        }
        return sum / rows.length;
    }
}
