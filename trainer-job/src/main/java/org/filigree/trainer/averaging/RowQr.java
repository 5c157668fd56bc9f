package org.filigree.trainer.averaging;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.decomposition.qr.QRDecompositionHouseholderColumn_DDRM;

/**
 * Compact QR of the transpose of a few long rows, X' = QR, by Householder's reflections (EJML, its single-threaded class by
 * name: its factories choose by static settings). Q stays as reflections: it is as large as X and seldom wanted whole.
 */
final class RowQr {

    private final QRDecompositionHouseholderColumn_DDRM qr = new QRDecompositionHouseholderColumn_DDRM();
    private final int rows;
    private final int length;

    /** {@code x [n][length]}, n at most the length; x is left as it is. */
    RowQr(double[][] x) {
        rows = x.length;
        length = x[0].length;
        if (rows > length) {
            throw new IllegalArgumentException("%d rows of %d".formatted(rows, length));
        }
        var columns = new DMatrixRMaj(length, rows);
        for (var i = 0; i < rows; i++) {
            for (var t = 0; t < length; t++) {
                columns.data[t * rows + i] = x[i][t];
            }
        }
        // Its answer only says whether a column was zero, for which it makes no reflection; R has a zero there then.
        qr.decompose(columns);
    }

    /** R, {@code [n][n]}, upper triangular. */
    double[][] triangle() {
        var triangle = new double[rows][rows];
        for (var j = 0; j < rows; j++) {
            for (var i = 0; i <= j; i++) {
                triangle[i][j] = qr.getQR()[j][i];
            }
        }
        return triangle;
    }

    /** (Qc)' for each row c of {@code coefficients [m][n]}: {@code [m][length]}. */
    double[][] rows(double[][] coefficients) {
        var result = new double[coefficients.length][length];
        for (var m = 0; m < coefficients.length; m++) {
            System.arraycopy(coefficients[m], 0, result[m], 0, rows);
            for (var j = rows - 1; j >= 0; j--) {
                reflect(qr.getQR()[j], qr.getGammas()[j], j, result[m]);
            }
        }
        return result;
    }

    /** An orthonormal basis whose span has the rows of X in it, {@code [n][length]}. */
    double[][] basis() {
        var unit = new double[rows][rows];
        for (var i = 0; i < rows; i++) {
            unit[i][i] = 1;
        }
        return rows(unit);
    }

    /** x - gamma u(u'x), where u is 1 at j and as stored below it. */
    private void reflect(double[] u, double gamma, int j, double[] x) {
        var factor = gamma * (x[j] + LongRows.dot(u, x, j + 1, length));
        x[j] -= factor;
        for (var t = j + 1; t < length; t++) {
            x[t] -= factor * u[t];
        }
    }
}
