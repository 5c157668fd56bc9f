package org.filigree.engine.dl4j;

import java.nio.FloatBuffer;
import org.filigree.engine.Buffer;
import org.filigree.model.ActivationKind;

/**
 * Pointwise functions, plain and gated. ND4J computes the transcendental part of a block in scratch memory, Java the rest
 * in one pass: {@code f(x) = x * s} with s the sigmoid, the normal distribution function or its tanh approximation.
 */
final class Activations {

    private static final float SQRT_2_OVER_PI = (float) Math.sqrt(2 / Math.PI);
    private static final float CUBIC = 0.044715f;
    private static final float SQRT_HALF = (float) Math.sqrt(0.5);
    private static final double ROOT_2_PI = Math.sqrt(2 * Math.PI);

    /** Elements of a block: what ND4J leaves is still in the cache. */
    private static final int BLOCK = 1 << 13;

    private final Workers workers;
    private final Pool pool;

    Activations(Workers workers, Pool pool) {
        this.workers = workers;
        this.pool = pool;
    }

    /** One block, with {@code share[i]} such that {@code f(x_i) = x_i * share_i}. */
    private interface Block {
        void run(int row, int rows, FloatBuffer share);
    }

    private void over(ActivationKind kind, NdBuffer x, Block block) {
        var columns = Math.max(1, x.columns());
        var step = Math.max(1, BLOCK / columns);
        workers.over(x.rows(), Math.max(1, BLOCK / columns), (from, count) -> {
            try (var loan = pool.borrow()) {
                for (var row = from; row < from + count; row += step) {
                    var rows = Math.min(step, from + count - row);
                    block.run(row, rows, shares(kind, x, row, rows, loan.scratch()));
                }
            }
        });
    }

    private static FloatBuffer shares(ActivationKind kind, NdBuffer x, int row, int rows, Scratch scratch) {
        var elements = rows * x.columns();
        var share = scratch.values(elements);
        var values = x.window(row, rows);
        var line = new float[x.columns()];
        for (var r = 0; r < rows; r++) {
            values.get(r * x.stride(), line, 0, line.length);
            for (var c = 0; c < line.length; c++) {
                line[c] = switch (kind) {
                    case RELU -> line[c] > 0 ? 1 : 0;
                    case SILU -> line[c];
                    case GELU -> line[c] * SQRT_HALF;
                    case GELU_TANH -> SQRT_2_OVER_PI * (line[c] + CUBIC * line[c] * line[c] * line[c]);
                };
            }
            share.put(r * line.length, line, 0, line.length);
        }
        switch (kind) {
            case RELU -> {}
            case SILU -> scratch.transform(Nd4jNatives.Transform.SIGMOID, elements);
            case GELU -> half(scratch, Nd4jNatives.Transform.ERF, share, elements);
            case GELU_TANH -> half(scratch, Nd4jNatives.Transform.TANH, share, elements);
        }
        return share;
    }

    private static void half(Scratch scratch, Nd4jNatives.Transform transform, FloatBuffer values, int count) {
        scratch.transform(transform, count);
        for (var i = 0; i < count; i++) {
            values.put(i, 0.5f + 0.5f * values.get(i));
        }
    }

    /** f'(x), given the share of x. */
    private static float slope(ActivationKind kind, float x, float share) {
        return switch (kind) {
            case RELU -> share;
            case SILU -> share * (1 + x * (1 - share));
            case GELU -> share + x * (float) (Math.exp(-0.5 * x * x) / ROOT_2_PI);
            // d/dx of (1 + tanh)/2 is 2 share (1 - share) times the inner slope.
            case GELU_TANH -> share + 2 * x * share * (1 - share) * SQRT_2_OVER_PI * (1 + 3 * CUBIC * x * x);
        };
    }

    void activation(ActivationKind kind, Buffer xBuffer, Buffer outBuffer) {
        var x = Shapes.floats("activation", "x", xBuffer);
        var out = Shapes.require("activation", "out", outBuffer, x.rows(), x.columns());
        over(kind, x, (row, rows, share) -> {
            var values = x.window(row, rows);
            var target = out.window(row, rows);
            for (var r = 0; r < rows; r++) {
                for (var c = 0; c < x.columns(); c++) {
                    target.put(r * out.stride() + c, values.get(r * x.stride() + c) * share.get(r * x.columns() + c));
                }
            }
        });
    }

    void activationGradient(ActivationKind kind, Buffer xBuffer, Buffer dOutBuffer, Buffer dXBuffer) {
        var x = Shapes.floats("activationGradient", "x", xBuffer);
        var dOut = Shapes.require("activationGradient", "dOut", dOutBuffer, x.rows(), x.columns());
        var dX = Shapes.require("activationGradient", "dX", dXBuffer, x.rows(), x.columns());
        over(kind, x, (row, rows, share) -> {
            var values = x.window(row, rows);
            var gradient = dOut.window(row, rows);
            var target = dX.window(row, rows);
            for (var r = 0; r < rows; r++) {
                for (var c = 0; c < x.columns(); c++) {
                    var slope = slope(kind, values.get(r * x.stride() + c), share.get(r * x.columns() + c));
                    target.put(r * dX.stride() + c, gradient.get(r * dOut.stride() + c) * slope);
                }
            }
        });
    }

    void gated(ActivationKind kind, Buffer gateBuffer, Buffer upBuffer, Buffer outBuffer) {
        var gate = Shapes.floats("gatedActivation", "gate", gateBuffer);
        var up = Shapes.require("gatedActivation", "up", upBuffer, gate.rows(), gate.columns());
        var out = Shapes.require("gatedActivation", "out", outBuffer, gate.rows(), gate.columns());
        over(kind, gate, (row, rows, share) -> {
            var gates = gate.window(row, rows);
            var ups = up.window(row, rows);
            var target = out.window(row, rows);
            for (var r = 0; r < rows; r++) {
                for (var c = 0; c < gate.columns(); c++) {
                    var value = gates.get(r * gate.stride() + c) * share.get(r * gate.columns() + c);
                    target.put(r * out.stride() + c, value * ups.get(r * up.stride() + c));
                }
            }
        });
    }

    void gatedGradient(
            ActivationKind kind,
            Buffer gateBuffer,
            Buffer upBuffer,
            Buffer dOutBuffer,
            Buffer dGateBuffer,
            Buffer dUpBuffer) {
        var kernel = "gatedActivationGradient";
        var gate = Shapes.floats(kernel, "gate", gateBuffer);
        var up = Shapes.require(kernel, "up", upBuffer, gate.rows(), gate.columns());
        var dOut = Shapes.require(kernel, "dOut", dOutBuffer, gate.rows(), gate.columns());
        var dGate = Shapes.require(kernel, "dGate", dGateBuffer, gate.rows(), gate.columns());
        var dUp = Shapes.require(kernel, "dUp", dUpBuffer, gate.rows(), gate.columns());
        over(kind, gate, (row, rows, share) -> {
            var gates = gate.window(row, rows);
            var ups = up.window(row, rows);
            var gradient = dOut.window(row, rows);
            var toGate = dGate.window(row, rows);
            var toUp = dUp.window(row, rows);
            for (var r = 0; r < rows; r++) {
                for (var c = 0; c < gate.columns(); c++) {
                    var x = gates.get(r * gate.stride() + c);
                    var part = share.get(r * gate.columns() + c);
                    var d = gradient.get(r * dOut.stride() + c);
                    toUp.put(r * dUp.stride() + c, d * x * part);
                    toGate.put(r * dGate.stride() + c, d * ups.get(r * up.stride() + c) * slope(kind, x, part));
                }
            }
        });
    }
}
