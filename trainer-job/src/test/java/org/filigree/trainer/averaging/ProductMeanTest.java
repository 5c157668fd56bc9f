package org.filigree.trainer.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.NormOps_DDRM;
import org.ejml.dense.row.SingularOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.junit.jupiter.api.Test;

class ProductMeanTest {

    @Property(tries = 40)
    void theStackedFactorsGiveTheBestApproximationOfTheMean(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 4) int count,
            @ForAll @IntRange(min = 1, max = 3) int rank,
            @ForAll @DoubleRange(min = 0, max = 2) double spread) {
        var workers = FactorSamples.workers(count, rank, 53, 48, spread, seed);
        var product = new MeanProduct(workers);
        var best = truncated(FactorSamples.meanOfProducts(workers), rank);
        var found = ProductMean.factors(
                product, TopDirections.stacked(product), previous(workers, seed).rows());
        var mean = FactorSamples.meanOfProducts(workers);
        assertThat(FactorSamples.distance(FactorSamples.product(found), mean))
                .isLessThanOrEqualTo(FactorSamples.distance(best, mean) + 1e-12 * NormOps_DDRM.normF(mean));
    }

    @Property(tries = 40)
    void theSketchIsWithinAHundredthOfTheBestApproximation(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 12) int count,
            @ForAll @IntRange(min = 1, max = 8) int rank,
            @ForAll @DoubleRange(min = 0, max = 2) double spread) {
        var workers = FactorSamples.workers(count, rank, 61, 47, spread, seed);
        var product = new MeanProduct(workers);
        var mean = FactorSamples.meanOfProducts(workers);
        var best = FactorSamples.distance(truncated(mean, rank), mean);
        var found = ProductMean.factors(
                product,
                TopDirections.sketched(product, seed),
                previous(workers, seed).rows());
        assertThat(FactorSamples.distance(FactorSamples.product(found), mean))
                .isLessThanOrEqualTo(1.01 * best + 1e-12 * NormOps_DDRM.normF(mean));
    }

    @Test
    void manyStackedRowsAreSketchedAndFewAreNot() {
        var few = FactorSamples.workers(3, 4, 60, 48, 1, 1);
        var many = FactorSamples.workers(4, 4, 60, 48, 1, 1);
        assertThat(bits(TopDirections.of(new MeanProduct(few), 1)))
                .isEqualTo(bits(TopDirections.of(new MeanProduct(few), 2)));
        assertThat(bits(TopDirections.of(new MeanProduct(many), 1)))
                .isNotEqualTo(bits(TopDirections.of(new MeanProduct(many), 2)));
    }

    @Property(tries = 10)
    void theSameWorkersGiveTheSameBits(@ForAll long seed, @ForAll @IntRange(min = 2, max = 8) int count) {
        var workers = FactorSamples.workers(count, 4, 60, 48, 1, seed);
        var previous = previous(workers, seed).values();
        var first = ProductMean.of(workers, previous, seed);
        var second = ProductMean.of(FactorSamples.workers(count, 4, 60, 48, 1, seed), previous.clone(), seed);
        assertThat(first.a()).isEqualTo(second.a());
        assertThat(first.b()).isEqualTo(second.b());
    }

    @Property(tries = 20)
    void theOrderOfTheWorkersDoesNotMatter(@ForAll long seed, @ForAll @IntRange(min = 2, max = 8) int count) {
        var workers = FactorSamples.workers(count, 4, 60, 48, 0.1, seed);
        var turned =
                new WorkerFactors(4, 60, 48, reversed(workers.a()), reversed(workers.b()), reversed(workers.weights()));
        var previous = previous(workers, seed).values();
        var product = FactorSamples.product(ProductMean.exact(workers, previous, seed));
        var turnedProduct = FactorSamples.product(ProductMean.exact(turned, previous, seed));
        assertThat(FactorSamples.distance(product, turnedProduct)).isLessThan(1e-12 * NormOps_DDRM.normF(product));
    }

    @Property(tries = 20)
    void workersThatAgreeKeepTheirFactorsWhereAHadEvenRows(@ForAll long seed) {
        var even = even(5, 70, 0.3, seed);
        var b = FactorSamples.floats(64 * 5, seed + 1);
        var workers = new WorkerFactors(
                5, 70, 64, new float[][] {even, even, even}, new float[][] {b, b, b}, new double[] {0.5, 0.25, 0.25});
        var factors = ProductMean.of(workers, even, seed);
        assertThat(factors.a()).usingComparatorWithPrecision(1e-6f).containsExactly(even);
        assertThat(factors.b()).usingComparatorWithPrecision(2e-5f).containsExactly(b);
    }

    @Property(tries = 20)
    void aKeepsItsScaleAndItsRowsStayEven(@ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int count) {
        var workers = FactorSamples.workers(count, 4, 60, 48, 1, seed);
        var previous = previous(workers, seed);
        assertEven(ProductMean.exact(workers, previous.values(), seed), 4, previous.squares() / 4);
    }

    @Test
    void noOtherTurnOfTheFactorsIsNearerToThePreviousA() {
        var workers = FactorSamples.workers(2, 3, 60, 48, 0.2, 7);
        var previous = workers.a()[0];
        var found = new DMatrixRMaj(ProductMean.exact(workers, previous, 7).rowsOfA());
        var start = FactorSamples.matrix(3, 60, previous);
        var distance = FactorSamples.distance(found, start);
        var turned = new DMatrixRMaj(3, 60);
        for (var i = 0; i < 200; i++) {
            var turn = new DMatrixRMaj(rows(even(3, 3, 1, i), 3, 3));
            CommonOps_DDRM.mult(turn, found, turned);
            assertThat(FactorSamples.distance(turned, start)).isGreaterThanOrEqualTo(distance - 1e-6);
        }
    }

    @Test
    void productsOfZeroGiveAZeroBAndTheRowSpaceOfThePreviousA() {
        for (var count : new int[] {1, 8}) {
            var sample = FactorSamples.workers(count, 4, 60, 48, 1, 3);
            var workers = new WorkerFactors(4, 60, 48, sample.a(), new float[count][48 * 4], sample.weights());
            var even = even(4, 60, 0.5, 3);
            var factors = ProductMean.of(workers, even, 3);
            assertThat(factors.b()).containsOnly(0f);
            assertThat(factors.a()).usingComparatorWithPrecision(1e-6f).containsExactly(even);
        }
    }

    @Test
    void aProductOfLowerRankIsKeptAndTheRestOfAComesFromThePreviousA() {
        var rank = 4;
        var b = FactorSamples.floats(48 * rank, 1);
        for (var o = 0; o < 48; o++) {
            b[o * rank + 1] = 0;
            b[o * rank + 3] = 0;
        }
        var workers = FactorSamples.one(rank, 60, 48, FactorSamples.floats(rank * 60, 2), b);
        var previous = previous(workers, 3);
        var exact = ProductMean.exact(workers, previous.values(), 5);
        var mean = FactorSamples.meanOfProducts(workers);
        assertThat(FactorSamples.distance(FactorSamples.product(exact), mean))
                .isLessThan(1e-12 * NormOps_DDRM.normF(mean));
        assertEven(exact, rank, previous.squares() / rank);
        assertThat(rankOf(exact.columnsOfB())).isEqualTo(2);
        // P's two directions and two of the previous four: nothing from elsewhere.
        assertThat(rankOf(stacked(exact.rowsOfA(), previous.rows()))).isEqualTo(6);
    }

    @Test
    void aPreviousAOfZeroStillGivesFactorsOfTheMean() {
        var b = new float[20 * 3];
        b[0] = 2;
        var workers = FactorSamples.one(3, 20, 20, FactorSamples.floats(60, 1), b);
        var exact = ProductMean.exact(workers, new float[60], 1);
        var mean = FactorSamples.meanOfProducts(workers);
        assertThat(FactorSamples.distance(FactorSamples.product(exact), mean))
                .isLessThan(1e-12 * NormOps_DDRM.normF(mean));
        assertEven(exact, 3, 1);
    }

    @Property(tries = 20)
    void whereThePreviousASaysNothingTheLargestEntryOfBIsPositive(@ForAll long seed) {
        var workers = FactorSamples.workers(2, 1, 20, 30, 0.2, seed);
        var b = ProductMean.exact(workers, new float[20], seed).columnsOfB()[0];
        var largest = Arrays.stream(b).map(Math::abs).max().orElseThrow();
        assertThat(Arrays.stream(b).max().orElseThrow()).isEqualTo(largest);
    }

    @Test
    void aRankAboveTheWidthsStillGivesTheMean() {
        var workers = FactorSamples.workers(2, 6, 4, 5, 1, 1);
        var exact = ProductMean.exact(workers, FactorSamples.floats(24, 2), 1);
        var mean = FactorSamples.meanOfProducts(workers);
        assertThat(FactorSamples.distance(FactorSamples.product(exact), mean))
                .isLessThan(1e-12 * NormOps_DDRM.normF(mean));
    }

    @Test
    void whatIsNotFiniteIsRefusedByName() {
        var workers = FactorSamples.workers(2, 2, 8, 8, 1, 1);
        workers.b()[1][3] = Float.NaN;
        assertThatThrownBy(() -> ProductMean.of(workers, new float[16], 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("B of worker 1 has the value NaN");
        assertThatThrownBy(() -> ProductMean.of(workers, new float[15], 1))
                .hasMessage("the previous A has 15 values, where [2, 8] is wanted");
    }

    @Test
    void factorsThatDoNotFitAreRefused() {
        var a = new float[1][4];
        var one = new double[] {1};
        assertThatThrownBy(() -> new WorkerFactors(2, 2, 3, a, new float[1][5], one))
                .hasMessageContaining("A has 4 values and B 5, where [2, 2] and [3, 2] are wanted");
        assertThatThrownBy(() -> new WorkerFactors(2, 2, 3, a, new float[2][6], one))
                .hasMessageContaining("1 have A, 2 have B, 1 have weights");
        assertThatThrownBy(() -> new WorkerFactors(2, 2, 3, new float[2][4], new float[2][6], new double[] {2, -1}))
                .hasMessage("worker 1 has the weight -1.0");
        for (var weight : new double[] {0.5, Double.NaN}) {
            assertThatThrownBy(() -> new WorkerFactors(2, 2, 3, a, new float[1][6], new double[] {weight}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(Double.toString(weight));
        }
    }

    private record Previous(float[] values, double[][] rows, double squares) {}

    private static Previous previous(WorkerFactors workers, long seed) {
        var values = FactorSamples.floats(workers.rank() * workers.in(), seed ^ 0x5eed);
        double squares = 0;
        for (var value : values) {
            squares += (double) value * value;
        }
        return new Previous(values, rows(values, workers.rank(), workers.in()), squares);
    }

    private static double[][] rows(float[] values, int count, int length) {
        var rows = new double[count][length];
        for (var i = 0; i < values.length; i++) {
            rows[i / length][i % length] = values[i];
        }
        return rows;
    }

    /** Orthogonal rows of one length. */
    private static float[] even(int rank, int in, double length, long seed) {
        var random = FactorSamples.matrix(in, rank, FactorSamples.floats(in * rank, seed));
        var qr = DecompositionFactory_DDRM.qr(in, rank);
        assertThat(qr.decompose(random)).isTrue();
        var q = qr.getQ(null, true);
        var even = new float[rank * in];
        for (var i = 0; i < rank; i++) {
            for (var j = 0; j < in; j++) {
                even[i * in + j] = (float) (length * q.get(j, i));
            }
        }
        return even;
    }

    private static void assertEven(ProductMean.Exact factors, int rank, double squareOfARow) {
        var gram = LongRows.gram(factors.rowsOfA(), factors.rowsOfA());
        assertThat(gram).hasDimensions(rank, rank);
        for (var i = 0; i < rank; i++) {
            for (var j = 0; j < rank; j++) {
                assertThat(gram[i][j]).isCloseTo(i == j ? squareOfARow : 0, within(1e-12 * squareOfARow));
            }
        }
    }

    private static DMatrixRMaj truncated(DMatrixRMaj matrix, int rank) {
        var svd = DecompositionFactory_DDRM.svd(matrix.numRows, matrix.numCols, true, true, true);
        assertThat(svd.decompose(matrix.copy())).isTrue();
        var u = svd.getU(null, false);
        var w = svd.getW(null);
        var v = svd.getV(null, false);
        SingularOps_DDRM.descendingOrder(u, false, w, v, false);
        for (var i = rank; i < w.numRows; i++) {
            w.set(i, i, 0);
        }
        var uw = new DMatrixRMaj(u.numRows, w.numCols);
        CommonOps_DDRM.mult(u, w, uw);
        var truncated = new DMatrixRMaj(matrix.numRows, matrix.numCols);
        CommonOps_DDRM.multTransB(uw, v, truncated);
        return truncated;
    }

    private static int rankOf(double[][] rows) {
        var svd = DecompositionFactory_DDRM.svd(rows.length, rows[0].length, false, false, true);
        assertThat(svd.decompose(new DMatrixRMaj(rows))).isTrue();
        return SingularOps_DDRM.rank(svd, 1e-9);
    }

    private static double[][] stacked(double[][] x, double[][] y) {
        var stacked = Arrays.copyOf(x, x.length + y.length);
        System.arraycopy(y, 0, stacked, x.length, y.length);
        return stacked;
    }

    private static long[][] bits(TopDirections directions) {
        return Arrays.stream(directions.rows())
                .map(row -> Arrays.stream(row)
                        .mapToLong(Double::doubleToRawLongBits)
                        .toArray())
                .toArray(long[][]::new);
    }

    private static float[][] reversed(float[][] rows) {
        var reversed = new float[rows.length][];
        for (var k = 0; k < rows.length; k++) {
            reversed[k] = rows[rows.length - 1 - k];
        }
        return reversed;
    }

    private static double[] reversed(double[] values) {
        var reversed = new double[values.length];
        for (var k = 0; k < values.length; k++) {
            reversed[k] = values[values.length - 1 - k];
        }
        return reversed;
    }
}
