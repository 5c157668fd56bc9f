package org.filigree.engine;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.filigree.lora.CounterRandom;
import org.filigree.model.ActivationKind;
import org.filigree.model.DataType;

/**
 * What kernels make of numbers that are always the same, as a checksum of the bits. Names of libraries and processors
 * promise equal bits; this asks: another BLAS kernel, another vector width or another GPU answers differently.
 */
public final class KernelProbe {

    /** Odd, so that remainders of vectors and tiles take part, and long enough for sums to be cut. */
    private static final int ROWS = 67;

    private static final int IN = 259;
    private static final int OUT = 133;
    private static final int HEADS = 2;
    private static final int HEAD_DIM = 16;
    private static final double EPSILON = 1e-5;

    private final Kernels kernels;
    private final Arena arena;
    private final CRC32C sum = new CRC32C();

    private KernelProbe(Kernels kernels, Arena arena) {
        this.kernels = kernels;
        this.arena = arena;
    }

    /** The kernels' own fingerprint and the part {@code bits}. */
    public static Fingerprint fingerprint(Kernels kernels) {
        try (var arena = kernels.arena()) {
            return kernels.fingerprint().with("bits", new KernelProbe(kernels, arena).bits());
        }
    }

    private String bits() {
        products();
        rows();
        attention();
        return "%08x".formatted(sum.getValue());
    }

    private void products() {
        var x = filled("x", kernels.computeType(), ROWS, IN);
        var dOut = filled("dOut", kernels.computeType(), ROWS, OUT);
        var weight = new Weight.Dense(filled("weight", kernels.computeType(), OUT, IN), false);
        var out = arena.allocate(kernels.computeType(), ROWS, OUT);
        kernels.linear(x, weight, null, out);
        add(out);
        var dX = arena.allocate(kernels.computeType(), ROWS, IN);
        kernels.linearInputGradient(dOut, weight, dX, false);
        add(dX);
        var dWeight = filled("dWeight", kernels.masterType(), OUT, IN);
        kernels.linearWeightGradient(dOut, x, dWeight, false);
        add(dWeight);
        sum.update(ByteBuffer.allocate(Double.BYTES).putDouble(0, kernels.sumOfSquares(dWeight)));
    }

    private void rows() {
        var x = filled("x", kernels.computeType(), ROWS, IN);
        var out = arena.allocate(kernels.computeType(), ROWS, IN);
        var rstd = arena.allocate(kernels.masterType(), ROWS, 1);
        kernels.rmsNorm(x, filled("norm", kernels.computeType(), 1, IN), EPSILON, out, rstd);
        add(out);
        kernels.activation(ActivationKind.SILU, x, out);
        add(out);
        var losses = new double[ROWS];
        var dLogits = arena.allocate(kernels.computeType(), ROWS, IN);
        kernels.crossEntropy(x, new int[ROWS], losses, dLogits);
        add(dLogits);
        for (var loss : losses) {
            sum.update(ByteBuffer.allocate(Double.BYTES).putDouble(0, loss));
        }
    }

    private void attention() {
        var width = HEADS * HEAD_DIM;
        var out = arena.allocate(kernels.computeType(), ROWS, width);
        var logSumExp = arena.allocate(kernels.masterType(), ROWS, HEADS);
        kernels.attention(
                new AttentionShape(HEADS, HEADS, HEAD_DIM, 1 / Math.sqrt(HEAD_DIM), true, 0),
                Segments.of(0, ROWS),
                filled("q", kernels.computeType(), ROWS, width),
                filled("k", kernels.computeType(), ROWS, width),
                filled("v", kernels.computeType(), ROWS, width),
                out,
                logSumExp);
        add(out);
        add(logSumExp);
    }

    private Buffer filled(String name, DataType type, int rows, int columns) {
        var values = new float[rows * columns];
        for (var i = 0; i < values.length; i++) {
            values[i] = (float) (2 * CounterRandom.uniform(CounterRandom.name(name), i) - 1);
        }
        var buffer = arena.allocate(type, rows, columns);
        buffer.write(values, 0);
        return buffer;
    }

    private void add(Buffer result) {
        var values = result.read();
        var bytes = ByteBuffer.allocate(values.length * Float.BYTES);
        bytes.asFloatBuffer().put(values);
        sum.update(bytes);
    }
}
