package org.filigree.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.filigree.engine.Arena;
import org.filigree.engine.AttentionShape;
import org.filigree.engine.Buffer;
import org.filigree.engine.Segments;
import org.filigree.engine.Weight;
import org.filigree.model.ActivationKind;
import org.filigree.model.DataType;
import org.junit.jupiter.api.Test;

/** Values worked out by hand: the kit compares engines with the judge, so something else must judge it. */
class PlainKernelsTest {

    private final PlainKernels kernels = new PlainKernels();
    private final Arena arena = kernels.arena();

    private Buffer matrix(int rows, int columns, float... values) {
        var buffer = arena.allocate(DataType.FLOAT64, rows, columns);
        buffer.write(values, 0);
        return buffer;
    }

    @Test
    void linearMultipliesByTheTransposedWeight() {
        var out = matrix(1, 2, 0, 0);
        kernels.linear(
                matrix(1, 2, 1, 2), new Weight.Dense(matrix(2, 2, 3, 4, 5, 6), false), matrix(1, 2, 10, 20), out);
        assertThat(out.read()).containsExactly(21, 37);
        kernels.linear(matrix(1, 2, 1, 2), new Weight.Dense(matrix(2, 2, 3, 4, 5, 6), true), null, out);
        assertThat(out.read()).containsExactly(13, 16);
    }

    @Test
    void theLowRankPartIsScaledAndAdded() {
        var u = matrix(1, 1, 0);
        var out = matrix(1, 2, 100, 200);
        kernels.lowRank(matrix(1, 2, 1, 2), matrix(1, 2, 2, 0), matrix(1, 2, 3, 4), matrix(2, 1, 5, 6), 0.5, u, out);
        assertThat(u.read()).containsExactly(6);
        assertThat(out.read()).containsExactly(115, 218);
    }

    @Test
    void normsDivideByTheRoot() {
        var out = matrix(1, 2, 0, 0);
        var rstd = matrix(1, 1, 0);
        kernels.rmsNorm(matrix(1, 2, 1, 7), matrix(1, 2, 1, 2), 0, out, rstd);
        assertThat(rstd.read()[0]).isEqualTo(0.2f);
        assertThat(out.read()).containsExactly(new float[] {0.2f, 2.8f}, within(1e-6f));
        var mean = matrix(1, 1, 0);
        kernels.layerNorm(matrix(1, 2, 1, 7), matrix(1, 2, 1, 2), matrix(1, 2, 0, 5), 0, out, mean, rstd);
        assertThat(mean.read()).containsExactly(4);
        assertThat(out.read()).containsExactly(-1, 7);
    }

    @Test
    void rotaryTurnsTheTwoHalvesOfAHead() {
        var out = matrix(1, 4, 0, 0, 0, 0);
        kernels.rotary(matrix(1, 4, 1, 2, 3, 4), 4, matrix(1, 2, 0, 1), matrix(1, 2, 1, 0), false, out);
        assertThat(out.read()).containsExactly(-3, 2, 1, 4);
        kernels.rotary(out, 4, matrix(1, 2, 0, 1), matrix(1, 2, 1, 0), true, out);
        assertThat(out.read()).containsExactly(1, 2, 3, 4);
    }

    @Test
    void attentionWeighsWhatAQueryMaySee() {
        var out = matrix(3, 1, 0, 0, 0);
        var lse = matrix(3, 1, 0, 0, 0);
        var q = matrix(3, 1, 1, 1, 1);
        // Scores 0 and ln 3 in the first document: weights 1/4 and 3/4.
        var k = matrix(3, 1, 0, (float) Math.log(3), 5);
        kernels.attention(
                new AttentionShape(1, 1, 1, 1, true, 0), Segments.of(0, 2, 3), q, k, matrix(3, 1, 4, 8, 9), out, lse);
        assertThat(out.read()).containsExactly(new float[] {4, 7, 9}, within(1e-6f));
        assertThat(lse.read()).containsExactly(new float[] {0, (float) Math.log(4), 5}, within(1e-6f));
    }

    @Test
    void activationsHaveTheirPublishedValues() {
        assertThat(PlainActivations.value(ActivationKind.GELU, 1)).isCloseTo(0.8413447460685429, within(1e-15));
        assertThat(PlainActivations.value(ActivationKind.GELU, -3)).isCloseTo(-0.0040496940948, within(1e-12));
        assertThat(PlainActivations.value(ActivationKind.GELU_TANH, 1)).isCloseTo(0.8411919906082768, within(1e-15));
        assertThat(PlainActivations.value(ActivationKind.SILU, 1)).isCloseTo(0.7310585786300049, within(1e-15));
        assertThat(PlainActivations.value(ActivationKind.RELU, -1)).isZero();
        assertThat(PlainActivations.erf(0.5)).isCloseTo(0.5204998778130465, within(1e-15));
        assertThat(PlainActivations.erf(-2)).isCloseTo(-0.9953222650189527, within(1e-15));
    }

    @Test
    void crossEntropyOfEqualLogitsIsTheLogOfTheirNumber() {
        var losses = new double[1];
        var dLogits = matrix(1, 4, 0, 0, 0, 0);
        kernels.crossEntropy(matrix(1, 4, 7, 7, 7, 7), new int[] {3}, losses, dLogits);
        assertThat(losses[0]).isCloseTo(Math.log(4), within(1e-15));
        assertThat(dLogits.read()).containsExactly(new float[] {0.25f, 0.25f, 0.25f, -0.75f}, within(1e-7f));
    }

    @Test
    void storedNumbersRoundTripThroughFloat16() {
        for (var bits = 0; bits < 0x10000; bits++) {
            var value = StoredNumbers.fromFloat16((short) bits);
            if (!Float.isNaN(value)) {
                assertThat(StoredNumbers.toFloat16(value)).isEqualTo((short) bits);
            }
        }
        assertThat(StoredNumbers.toFloat16(1 + 0x1p-11f)).as("tie to even").isEqualTo((short) 0x3C00);
        assertThat(StoredNumbers.toFloat16(65520f)).as("too large").isEqualTo((short) 0x7C00);
    }
}
