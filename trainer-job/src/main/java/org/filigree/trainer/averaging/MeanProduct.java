package org.filigree.trainer.averaging;

/** P = sum of w_k B_k A_k as what it does to vectors; {@code [out, in]} itself is never formed. */
final class MeanProduct {

    private final WorkerFactors workers;
    private final double[][] a;
    private final double[][] b;

    MeanProduct(WorkerFactors workers) {
        this.workers = workers;
        a = new double[workers.rank()][workers.in()];
        b = new double[workers.rank()][workers.out()];
    }

    int in() {
        return workers.in();
    }

    int out() {
        return workers.out();
    }

    int rank() {
        return workers.rank();
    }

    /** Rows of all the workers' factors: P has at most this rank. */
    int stacked() {
        return workers.workers() * workers.rank();
    }

    /** (Px)' for each row x of {@code x [n][in]}: {@code [n][out]}. */
    double[][] times(double[][] x) {
        var images = new double[x.length][workers.out()];
        for (var k = 0; k < workers.workers(); k++) {
            workers.rowsOfA(k, 0, workers.in(), a);
            workers.columnsOfB(k, 0, workers.out(), b);
            LongRows.addCombination(weighted(LongRows.gram(x, a), k), b, images);
        }
        return images;
    }

    /** y'P for each row y of {@code y [n][out]}: {@code [n][in]}. */
    double[][] transposedTimes(double[][] y) {
        var images = new double[y.length][workers.in()];
        for (var k = 0; k < workers.workers(); k++) {
            workers.rowsOfA(k, 0, workers.in(), a);
            workers.columnsOfB(k, 0, workers.out(), b);
            LongRows.addCombination(weighted(LongRows.gram(y, b), k), a, images);
        }
        return images;
    }

    /** Every worker's A, one below the other: {@code [stacked][in]}. */
    double[][] stackedA() {
        var stack = new double[stacked()][];
        for (var k = 0; k < workers.workers(); k++) {
            var rows = new double[workers.rank()][workers.in()];
            workers.rowsOfA(k, 0, workers.in(), rows);
            System.arraycopy(rows, 0, stack, k * workers.rank(), workers.rank());
        }
        return stack;
    }

    /** Every worker's weighted B, its columns as rows: {@code [stacked][out]}, so that P = stackedB' stackedA. */
    double[][] stackedB() {
        var stack = new double[stacked()][];
        for (var k = 0; k < workers.workers(); k++) {
            var rows = new double[workers.rank()][workers.out()];
            workers.columnsOfB(k, 0, workers.out(), rows);
            System.arraycopy(weighted(rows, k), 0, stack, k * workers.rank(), workers.rank());
        }
        return stack;
    }

    private double[][] weighted(double[][] rows, int k) {
        for (var row : rows) {
            for (var i = 0; i < row.length; i++) {
                row[i] *= workers.weights()[k];
            }
        }
        return rows;
    }
}
