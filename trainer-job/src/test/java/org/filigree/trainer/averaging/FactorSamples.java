package org.filigree.trainer.averaging;

import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.NormOps_DDRM;

/** Workers' factors to average, and their products as the dense matrices that the code under test never forms. */
final class FactorSamples {

    private FactorSamples() {}

    /** Workers that left a common pair by {@code spread} times its size, with unequal weights. */
    static WorkerFactors workers(int workers, int rank, int in, int out, double spread, long seed) {
        var random = new Random(seed);
        var commonA = gaussians(random, rank * in);
        var commonB = gaussians(random, out * rank);
        var a = new float[workers][rank * in];
        var b = new float[workers][out * rank];
        var weights = new double[workers];
        double total = 0;
        for (var k = 0; k < workers; k++) {
            move(commonA, spread, random, a[k]);
            move(commonB, spread, random, b[k]);
            weights[k] = 0.5 + random.nextDouble();
            total += weights[k];
        }
        for (var k = 0; k < workers; k++) {
            weights[k] /= total;
        }
        return new WorkerFactors(rank, in, out, a, b, weights);
    }

    static WorkerFactors one(int rank, int in, int out, float[] a, float[] b) {
        return new WorkerFactors(rank, in, out, new float[][] {a}, new float[][] {b}, new double[] {1});
    }

    static float[] floats(int count, long seed) {
        var values = gaussians(new Random(seed), count);
        var floats = new float[count];
        for (var i = 0; i < count; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    static DMatrixRMaj meanOfProducts(WorkerFactors workers) {
        var mean = new DMatrixRMaj(workers.out(), workers.in());
        for (var k = 0; k < workers.workers(); k++) {
            CommonOps_DDRM.multAdd(
                    workers.weights()[k],
                    matrix(workers.out(), workers.rank(), workers.b()[k]),
                    matrix(workers.rank(), workers.in(), workers.a()[k]),
                    mean);
        }
        return mean;
    }

    static DMatrixRMaj productOfMeans(WorkerFactors workers) {
        var a = new DMatrixRMaj(workers.rank(), workers.in());
        var b = new DMatrixRMaj(workers.out(), workers.rank());
        for (var k = 0; k < workers.workers(); k++) {
            CommonOps_DDRM.addEquals(a, workers.weights()[k], matrix(workers.rank(), workers.in(), workers.a()[k]));
            CommonOps_DDRM.addEquals(b, workers.weights()[k], matrix(workers.out(), workers.rank(), workers.b()[k]));
        }
        var product = new DMatrixRMaj(workers.out(), workers.in());
        CommonOps_DDRM.mult(b, a, product);
        return product;
    }

    static DMatrixRMaj product(ProductMean.Exact factors) {
        var a = new DMatrixRMaj(factors.rowsOfA());
        var b = new DMatrixRMaj(factors.columnsOfB());
        var product = new DMatrixRMaj(b.numCols, a.numCols);
        CommonOps_DDRM.multTransA(b, a, product);
        return product;
    }

    static double distance(DMatrixRMaj x, DMatrixRMaj y) {
        var difference = new DMatrixRMaj(x.numRows, x.numCols);
        CommonOps_DDRM.subtract(x, y, difference);
        return NormOps_DDRM.normF(difference);
    }

    static DMatrixRMaj matrix(int rows, int columns, float[] values) {
        var matrix = new DMatrixRMaj(rows, columns);
        for (var i = 0; i < values.length; i++) {
            matrix.data[i] = values[i];
        }
        return matrix;
    }

    private static double[] gaussians(Random random, int count) {
        return random.doubles(count).map(ignored -> random.nextGaussian()).toArray();
    }

    private static void move(double[] from, double spread, Random random, float[] to) {
        for (var i = 0; i < to.length; i++) {
            to[i] = (float) (from[i] + spread * random.nextGaussian());
        }
    }
}
