package org.filigree.trainer.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.ejml.dense.row.NormOps_DDRM;
import org.junit.jupiter.api.Test;

class DriftTest {

    @Property(tries = 60)
    void theGramMatricesGiveTheNormsOfTheDenseMatrices(
            @ForAll long seed,
            @ForAll @IntRange(min = 2, max = 9) int count,
            @ForAll @IntRange(min = 1, max = 7) int rank,
            @ForAll @DoubleRange(min = 0.01, max = 2) double spread) {
        var workers = FactorSamples.workers(count, rank, 1030, 37, spread, seed);
        var squares = Drift.of(workers, 2.5, seed);
        var mean = FactorSamples.meanOfProducts(workers);
        var difference = FactorSamples.distance(mean, FactorSamples.productOfMeans(workers));
        var norm = NormOps_DDRM.normF(mean);
        assertThat(Math.sqrt(squares.difference()))
                .isCloseTo(2.5 * difference, within(1e-8 * difference + 1e-12 * norm));
        assertThat(Math.sqrt(squares.mean())).isCloseTo(2.5 * norm, within(1e-9 * norm));
        assertThat(squares.relative()).isCloseTo(difference / norm, within(1e-8));
    }

    @Property(tries = 20)
    void workersThatAgreeOnAOrOnBHaveNoDriftAtAll(@ForAll long seed, @ForAll @IntRange(min = 1, max = 20) int count) {
        var workers = FactorSamples.workers(count, 3, 40, 30, 1, seed);
        var sameA = new WorkerFactors(3, 40, 30, repeated(workers.a()), workers.b(), workers.weights());
        var sameB = new WorkerFactors(3, 40, 30, workers.a(), repeated(workers.b()), workers.weights());
        for (var agreed : new WorkerFactors[] {sameA, sameB}) {
            for (var squares : new Drift.Squares[] {Drift.exact(agreed), Drift.probed(agreed, seed)}) {
                assertThat(squares.difference()).isZero();
                assertThat(squares.relative()).isZero();
                assertThat(squares.mean()).isPositive();
            }
        }
    }

    @Test
    void productsOfZeroHaveNoDrift() {
        var workers =
                new WorkerFactors(1, 2, 2, new float[][] {{1, 2}, {3, 4}}, new float[2][2], new double[] {0.5, 0.5});
        assertThat(Drift.of(workers, 2, 1)).isEqualTo(new Drift.Squares(0, 0));
        assertThat(Drift.of(workers, 2, 1).relative()).isZero();
    }

    @Test
    void modulesAddUpBeforeTheRoot() {
        var both = new Drift.Squares(3, 10).plus(new Drift.Squares(6, 90));
        assertThat(both).isEqualTo(new Drift.Squares(9, 100));
        assertThat(both.relative()).isEqualTo(0.3);
        assertThat(new Drift.Squares(1, 0).relative()).isInfinite();
    }

    @Property(tries = 30)
    void theProbesComeNearTheExactNorms(@ForAll long seed) {
        var workers = FactorSamples.workers(10, 4, 120, 90, 0.5, seed);
        var exact = Drift.exact(workers);
        var probed = Drift.probed(workers, seed);
        // Four standard deviations of the estimate, at the worst spectrum of all.
        var worst = 4 * Math.sqrt(2.0 / Drift.PROBES);
        assertThat(probed.difference()).isCloseTo(exact.difference(), within(worst * exact.difference()));
        assertThat(probed.mean()).isCloseTo(exact.mean(), within(worst * exact.mean()));
    }

    @Test
    void theMeanOverManyProbesIsTheExactNorm() {
        var sample = FactorSamples.workers(3, 1, 30, 20, 1, 4);
        var workers = new WorkerFactors(1, 30, 20, sample.a(), sample.b(), new double[] {0.7, 0.2, 0.1});
        var exact = Drift.exact(workers);
        var repeats = 400;
        double difference = 0;
        double mean = 0;
        for (var seed = 0; seed < repeats; seed++) {
            var probed = Drift.probed(workers, seed);
            difference += probed.difference() / repeats;
            mean += probed.mean() / repeats;
        }
        var fourSigma = 4 * Math.sqrt(2.0 / (Drift.PROBES * repeats));
        assertThat(difference).isCloseTo(exact.difference(), within(fourSigma * exact.difference()));
        assertThat(mean).isCloseTo(exact.mean(), within(fourSigma * exact.mean()));
    }

    @Test
    void sixteenWorkersAreMeasuredExactlyAndMoreAreProbed() {
        var sixteen = FactorSamples.workers(16, 2, 20, 20, 1, 1);
        var seventeen = FactorSamples.workers(17, 2, 20, 20, 1, 1);
        assertThat(Drift.of(sixteen, 1, 1)).isEqualTo(Drift.exact(sixteen));
        assertThat(Drift.of(seventeen, 1, 1)).isEqualTo(Drift.probed(seventeen, 1));
        assertThat(Drift.of(seventeen, 1, 1)).isNotEqualTo(Drift.of(seventeen, 1, 2));
    }

    @Test
    void moreWorkThanTheBudgetIsProbed() {
        var wide = FactorSamples.workers(10, 200, 600, 500, 1, 1);
        assertThat(Drift.of(wide, 1, 3)).isEqualTo(Drift.probed(wide, 3));
    }

    private static float[][] repeated(float[][] factors) {
        var repeated = new float[factors.length][];
        Arrays.fill(repeated, factors[0]);
        return repeated;
    }
}
