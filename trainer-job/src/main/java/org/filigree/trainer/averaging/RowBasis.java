package org.filigree.trainer.averaging;

import java.util.Arrays;

/** Makes orthonormal rows up to a wanted number, and always the same way. */
final class RowBasis {

    /** A direction of which less than this part is left after projection is taken for one that was there already. */
    private static final double NEW_PART = 1e-6;

    private RowBasis() {}

    /**
     * Adds rows to an orthonormal {@code basis [q][length]} until it has {@code wanted}, which is at most the length: first
     * from the row space of {@code preferred [n][length]}, its strongest directions outside the basis first, then, where
     * that has no more, from the unit vectors.
     */
    static double[][] completed(double[][] basis, double[][] preferred, int wanted) {
        if (basis.length >= wanted) {
            return basis;
        }
        var outside = new double[preferred.length][];
        for (var i = 0; i < preferred.length; i++) {
            outside[i] = projected(preferred[i], basis);
        }
        var directions = strongest(outside);
        var least = NEW_PART * largestNorm(preferred);
        var completed = basis;
        for (var i = 0; i < directions.values().length && completed.length < wanted; i++) {
            if (directions.values()[i] > least) {
                completed = with(completed, directions.right()[i]);
            }
        }
        while (completed.length < wanted) {
            completed = with(completed, mostMissing(completed, preferred[0].length));
        }
        return completed;
    }

    /** Decomposed through a QR where the rows are long. */
    private static SmallSvd strongest(double[][] rows) {
        if (rows.length > rows[0].length) {
            return SmallSvd.of(rows);
        }
        var qr = new RowQr(rows);
        var triangle = qr.triangle();
        var svd = SmallSvd.of(triangle);
        return new SmallSvd(svd.values(), svd.right(), qr.rows(svd.left()));
    }

    /** The unit vector of which most lies outside the basis; of equals the first. */
    private static double[] mostMissing(double[][] basis, int length) {
        var best = 0;
        var least = Double.POSITIVE_INFINITY;
        for (var j = 0; j < length; j++) {
            double inside = 0;
            for (var row : basis) {
                inside += row[j] * row[j];
            }
            if (inside < least) {
                least = inside;
                best = j;
            }
        }
        var unit = new double[length];
        unit[best] = 1;
        return unit;
    }

    private static double[][] with(double[][] basis, double[] direction) {
        var row = projected(direction, basis);
        var norm = Math.sqrt(LongRows.dot(row, row, 0, row.length));
        for (var t = 0; t < row.length; t++) {
            row[t] /= norm;
        }
        var longer = Arrays.copyOf(basis, basis.length + 1);
        longer[basis.length] = row;
        return longer;
    }

    /** What of x lies outside the basis; projected twice, as once leaves a rest where little is outside. */
    private static double[] projected(double[] x, double[][] basis) {
        var outside = x.clone();
        for (var pass = 0; pass < 2; pass++) {
            for (var row : basis) {
                var inside = LongRows.dot(outside, row, 0, row.length);
                for (var t = 0; t < row.length; t++) {
                    outside[t] -= inside * row[t];
                }
            }
        }
        return outside;
    }

    private static double largestNorm(double[][] rows) {
        double largest = 0;
        for (var row : rows) {
            largest = Math.max(largest, LongRows.dot(row, row, 0, row.length));
        }
        return Math.sqrt(largest);
    }
}
