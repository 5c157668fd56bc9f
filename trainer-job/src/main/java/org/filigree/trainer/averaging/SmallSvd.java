package org.filigree.trainer.averaging;

import java.util.Comparator;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.decomposition.svd.SvdImplicitQrDecompose_DDRM;

/**
 * Compact singular value decomposition of a small matrix {@code [m][n]} (EJML, on one thread), the largest value first.
 *
 * @param values s, {@code [min(m, n)]}
 * @param left a vector of m numbers for each
 * @param right a vector of n numbers for each
 */
record SmallSvd(double[] values, double[][] left, double[][] right) {

    static SmallSvd of(double[][] matrix) {
        var svd = new SvdImplicitQrDecompose_DDRM(true, true, true, false);
        if (!svd.decompose(new DMatrixRMaj(matrix))) {
            throw new IllegalStateException("the singular values of a %d x %d matrix were not found"
                    .formatted(matrix.length, matrix[0].length));
        }
        var left = svd.getU(null, true);
        var right = svd.getV(null, true);
        var found = svd.getSingularValues();
        var order = IntStream.range(0, svd.numberOfSingularValues())
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -found[i]))
                .toList();
        var values = order.stream().mapToDouble(i -> found[i]).toArray();
        return new SmallSvd(
                values,
                order.stream().map(i -> row(left, i)).toArray(double[][]::new),
                order.stream().map(i -> row(right, i)).toArray(double[][]::new));
    }

    private static double[] row(DMatrixRMaj matrix, int i) {
        var row = new double[matrix.numCols];
        System.arraycopy(matrix.data, i * matrix.numCols, row, 0, row.length);
        return row;
    }
}
