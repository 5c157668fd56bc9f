package org.filigree.trainer.averaging;

/**
 * Matrices of few long rows, {@code [n][length]} in fp64: as long as a layer is wide, as many as ranks. Sums go in a fixed
 * order on one thread, so results have the same bits on any JVM.
 */
final class LongRows {

    /** Columns worked on at once, so that a few dozen rows stay in a core's cache. */
    static final int CHUNK = 1024;

    private LongRows() {}

    /** X·Yᵀ: every row of X by every row of Y, {@code [x.length][y.length]}. */
    static double[][] gram(double[][] x, double[][] y) {
        var gram = new double[x.length][y.length];
        var length = x.length == 0 ? 0 : x[0].length;
        for (var from = 0; from < length; from += CHUNK) {
            addGram(x, y, from, Math.min(length, from + CHUNK), gram);
        }
        return gram;
    }

    /** Adds the part of X·Yᵀ that the columns {@code [from, to)} make. */
    static void addGram(double[][] x, double[][] y, int from, int to, double[][] gram) {
        var i = 0;
        for (; i + 4 <= x.length; i += 4) {
            var j = 0;
            for (; j + 2 <= y.length; j += 2) {
                addTile(x, i, y, j, from, to, gram);
            }
            if (j < y.length) {
                for (var row = i; row < i + 4; row++) {
                    gram[row][j] += dot(x[row], y[j], from, to);
                }
            }
        }
        for (; i < x.length; i++) {
            for (var j = 0; j < y.length; j++) {
                gram[i][j] += dot(x[i], y[j], from, to);
            }
        }
    }

    /** Adds C·X to {@code sum}: {@code coefficients [sum.length][x.length]}. */
    static void addCombination(double[][] coefficients, double[][] x, double[][] sum) {
        var length = x.length == 0 ? 0 : x[0].length;
        for (var from = 0; from < length; from += CHUNK) {
            var to = Math.min(length, from + CHUNK);
            for (var i = 0; i < sum.length; i++) {
                addRow(coefficients[i], x, from, to, sum[i]);
            }
        }
    }

    /** C·X, a new matrix. */
    static double[][] combination(double[][] coefficients, double[][] x) {
        var sum = new double[coefficients.length][x.length == 0 ? 0 : x[0].length];
        addCombination(coefficients, x, sum);
        return sum;
    }

    /** With four sums at once, as each addition has to wait for the one before it. */
    static double dot(double[] x, double[] y, int from, int to) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        var t = from;
        for (; t + 4 <= to; t += 4) {
            s0 += x[t] * y[t];
            s1 += x[t + 1] * y[t + 1];
            s2 += x[t + 2] * y[t + 2];
            s3 += x[t + 3] * y[t + 3];
        }
        for (; t < to; t++) {
            s0 += x[t] * y[t];
        }
        return s0 + s1 + (s2 + s3);
    }

    private static void addTile(double[][] x, int i, double[][] y, int j, int from, int to, double[][] gram) {
        var x0 = x[i];
        var x1 = x[i + 1];
        var x2 = x[i + 2];
        var x3 = x[i + 3];
        var y0 = y[j];
        var y1 = y[j + 1];
        double s00 = 0;
        double s01 = 0;
        double s10 = 0;
        double s11 = 0;
        double s20 = 0;
        double s21 = 0;
        double s30 = 0;
        double s31 = 0;
        for (var t = from; t < to; t++) {
            var v0 = y0[t];
            var v1 = y1[t];
            s00 += x0[t] * v0;
            s01 += x0[t] * v1;
            s10 += x1[t] * v0;
            s11 += x1[t] * v1;
            s20 += x2[t] * v0;
            s21 += x2[t] * v1;
            s30 += x3[t] * v0;
            s31 += x3[t] * v1;
        }
        gram[i][j] += s00;
        gram[i][j + 1] += s01;
        gram[i + 1][j] += s10;
        gram[i + 1][j + 1] += s11;
        gram[i + 2][j] += s20;
        gram[i + 2][j + 1] += s21;
        gram[i + 3][j] += s30;
        gram[i + 3][j + 1] += s31;
    }

    private static void addRow(double[] c, double[][] x, int from, int to, double[] sum) {
        var j = 0;
        for (; j + 4 <= x.length; j += 4) {
            addFour(c[j], x[j], c[j + 1], x[j + 1], c[j + 2], x[j + 2], c[j + 3], x[j + 3], from, to, sum);
        }
        for (; j < x.length; j++) {
            var factor = c[j];
            var row = x[j];
            for (var t = from; t < to; t++) {
                sum[t] += factor * row[t];
            }
        }
    }

    private static void addFour(
            double c0,
            double[] x0,
            double c1,
            double[] x1,
            double c2,
            double[] x2,
            double c3,
            double[] x3,
            int from,
            int to,
            double[] sum) {
        for (var t = from; t < to; t++) {
            sum[t] += c0 * x0[t] + c1 * x1[t] + (c2 * x2[t] + c3 * x3[t]);
        }
    }
}
