package org.filigree.engine.dl4j;

import org.filigree.engine.Buffer;
import org.filigree.model.ActivationKind;

/**
 * Pointwise functions, plain and gated, block by block in arrays that stay in the cache. Each is {@code f(x) = x * s} with
 * a share s: a step, the sigmoid, the normal distribution function or its tanh approximation.
 */
final class Activations {

    private static final float ROOT_2_OVER_PI = (float) Math.sqrt(2 / Math.PI);
    private static final float CUBIC = 0.044715f;
    private static final float ROOT_HALF = (float) Math.sqrt(0.5);
    private static final float PEAK = (float) (1 / Math.sqrt(2 * Math.PI));

    private static final int BLOCK = 1 << 12;

    private final Workers workers;
    private final Pool pool;

    Activations(Workers workers, Pool pool) {
        this.workers = workers;
        this.pool = pool;
    }

    /** One block of rows. */
    private interface Block {
        void run(int row, int rows, int elements, Scratch scratch);
    }

    private void over(NdBuffer x, Block block) {
        var step = Math.max(1, BLOCK / Math.max(1, x.columns()));
        workers.over(x.rows(), step, (from, count) -> {
            try (var loan = pool.borrow()) {
                for (var row = from; row < from + count; row += step) {
                    var rows = Math.min(step, from + count - row);
                    block.run(row, rows, rows * x.columns(), loan.scratch());
                }
            }
        });
    }

    /** {@code share[i]} such that {@code f(x[i]) = x[i] * share[i]}. */
    private static void shares(ActivationKind kind, float[] x, float[] share, int n, Scratch scratch) {
        switch (kind) {
            case RELU -> {
                for (var i = 0; i < n; i++) {
                    share[i] = x[i] > 0 ? 1 : 0;
                }
            }
            case SILU -> {
                for (var i = 0; i < n; i++) {
                    share[i] = -x[i];
                }
                sigmoidOfNegated(share, n, scratch);
            }
            case GELU -> {
                for (var i = 0; i < n; i++) {
                    share[i] = x[i] * ROOT_HALF;
                }
                scratch.erf(share, n);
                for (var i = 0; i < n; i++) {
                    share[i] = 0.5f + 0.5f * share[i];
                }
            }
            case GELU_TANH -> {
                // (1 + tanh(y)) / 2 is the sigmoid of 2y.
                for (var i = 0; i < n; i++) {
                    share[i] = -2 * ROOT_2_OVER_PI * (x[i] + CUBIC * x[i] * x[i] * x[i]);
                }
                sigmoidOfNegated(share, n, scratch);
            }
        }
    }

    private static void sigmoidOfNegated(float[] values, int n, Scratch scratch) {
        scratch.exp(values, n);
        for (var i = 0; i < n; i++) {
            values[i] = 1 / (1 + values[i]);
        }
    }

    /** {@code slope[i] = f'(x[i])}. */
    private static void slopes(ActivationKind kind, float[] x, float[] share, float[] slope, int n, Scratch scratch) {
        switch (kind) {
            case RELU -> System.arraycopy(share, 0, slope, 0, n);
            case SILU -> {
                for (var i = 0; i < n; i++) {
                    slope[i] = share[i] * (1 + x[i] * (1 - share[i]));
                }
            }
            case GELU -> {
                for (var i = 0; i < n; i++) {
                    slope[i] = -0.5f * x[i] * x[i];
                }
                scratch.exp(slope, n);
                for (var i = 0; i < n; i++) {
                    slope[i] = share[i] + x[i] * PEAK * slope[i];
                }
            }
            case GELU_TANH -> {
                for (var i = 0; i < n; i++) {
                    var inner = 2 * ROOT_2_OVER_PI * (1 + 3 * CUBIC * x[i] * x[i]);
                    slope[i] = share[i] * (1 + x[i] * (1 - share[i]) * inner);
                }
            }
        }
    }

    void activation(ActivationKind kind, Buffer xBuffer, Buffer outBuffer) {
        var x = Shapes.floats("activation", "x", xBuffer);
        var out = Shapes.require("activation", "out", outBuffer, x.rows(), x.columns());
        over(x, (row, rows, n, scratch) -> {
            var value = scratch.array(0, n);
            var share = scratch.array(1, n);
            x.load(row, rows, value);
            shares(kind, value, share, n, scratch);
            Vectors.multiply(value, share, n);
            out.store(row, rows, value);
        });
    }

    void activationGradient(ActivationKind kind, Buffer xBuffer, Buffer dOutBuffer, Buffer dXBuffer) {
        var x = Shapes.floats("activationGradient", "x", xBuffer);
        var dOut = Shapes.require("activationGradient", "dOut", dOutBuffer, x.rows(), x.columns());
        var dX = Shapes.require("activationGradient", "dX", dXBuffer, x.rows(), x.columns());
        over(x, (row, rows, n, scratch) -> {
            var value = scratch.array(0, n);
            var share = scratch.array(1, n);
            var slope = scratch.array(2, n);
            x.load(row, rows, value);
            shares(kind, value, share, n, scratch);
            slopes(kind, value, share, slope, n, scratch);
            dOut.load(row, rows, value);
            Vectors.multiply(value, slope, n);
            dX.store(row, rows, value);
        });
    }

    void gated(ActivationKind kind, Buffer gateBuffer, Buffer upBuffer, Buffer outBuffer) {
        var gate = Shapes.floats("gatedActivation", "gate", gateBuffer);
        var up = Shapes.require("gatedActivation", "up", upBuffer, gate.rows(), gate.columns());
        var out = Shapes.require("gatedActivation", "out", outBuffer, gate.rows(), gate.columns());
        over(gate, (row, rows, n, scratch) -> {
            var value = scratch.array(0, n);
            var share = scratch.array(1, n);
            gate.load(row, rows, value);
            shares(kind, value, share, n, scratch);
            Vectors.multiply(value, share, n);
            up.load(row, rows, share);
            Vectors.multiply(value, share, n);
            out.store(row, rows, value);
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
        over(gate, (row, rows, n, scratch) -> {
            var value = scratch.array(0, n);
            var share = scratch.array(1, n);
            var slope = scratch.array(2, n);
            var gradient = scratch.array(3, n);
            gate.load(row, rows, value);
            dOut.load(row, rows, gradient);
            shares(kind, value, share, n, scratch);
            slopes(kind, value, share, slope, n, scratch);
            Vectors.multiply(value, share, n);
            Vectors.multiply(value, gradient, n);
            dUp.store(row, rows, value);
            up.load(row, rows, value);
            Vectors.multiply(value, gradient, n);
            Vectors.multiply(value, slope, n);
            dGate.store(row, rows, value);
        });
    }
}
