package org.filigree.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.filigree.engine.AttentionShape;
import org.filigree.engine.Buffer;
import org.filigree.engine.Kernels;
import org.filigree.engine.Segments;
import org.filigree.engine.Weight;
import org.filigree.lora.CounterRandom;
import org.filigree.model.ActivationKind;

/**
 * Backward kernels against central differences of their own forward kernels, in FLOAT64. The loss is half the sum of
 * squares of the output, so that the output is its own gradient and the loss comes back in double precision.
 */
final class FiniteDifferences {

    /** A power of two, and values are multiples of it: what is written to a buffer as a float is exact. */
    private static final float STEP = 0x1p-13f;

    /** Runs forward kernels over the inputs as they are now; returns the loss and leaves the outputs. */
    private interface Forward {
        double run();
    }

    private final Kernels k;
    private final org.filigree.engine.Arena arena;
    private int made;

    private FiniteDifferences(Kernels kernels, org.filigree.engine.Arena arena) {
        this.k = kernels;
        this.arena = arena;
    }

    /** Each backward kernel once; returns how many gradients were compared. */
    static int check(Kernels kernels) {
        try (var arena = kernels.arena()) {
            var check = new FiniteDifferences(kernels, arena);
            return check.linear(false)
                    + check.linear(true)
                    + check.lowRank()
                    + check.rmsNorm()
                    + check.layerNorm()
                    + check.rotary()
                    + check.attention(new AttentionShape(4, 2, 3, 0.9, true, 0))
                    + check.attention(new AttentionShape(2, 1, 3, 0.9, true, 2))
                    + check.attention(new AttentionShape(2, 2, 3, 0.9, false, 0))
                    + check.activations()
                    + check.crossEntropy()
                    + check.rows();
        }
    }

    private int linear(boolean inputMajor) {
        var x = random(4, 3);
        var w = inputMajor ? random(3, 5) : random(5, 3);
        var bias = random(1, 5);
        var out = zeros(4, 5);
        var dX = zeros(4, 3);
        var dW = zeros(w.rows(), w.columns());
        var dBias = zeros(1, 5);
        Forward loss = () -> {
            k.linear(x, new Weight.Dense(w, inputMajor), bias, out);
            return half(out);
        };
        loss.run();
        k.linearInputGradient(out, new Weight.Dense(w, inputMajor), dX, false);
        k.linearWeightGradient(out, x, dW, inputMajor);
        k.sumRows(out, dBias);
        return compare("linear", loss, List.of(x, w, bias), List.of(dX, dW, dBias));
    }

    private int lowRank() {
        var x = random(4, 3);
        var mask = zeros(4, 3);
        mask.write(new float[] {2, 0, 2, 2, 2, 0, 0, 2, 2, 2, 2, 2}, 0);
        var a = random(2, 3);
        var b = random(5, 2);
        var u = zeros(4, 2);
        var out = zeros(4, 5);
        var dA = zeros(2, 3);
        var dB = zeros(5, 2);
        var dX = zeros(4, 3);
        Forward loss = () -> {
            k.fill(out, 0.5);
            k.lowRank(x, mask, a, b, 1.5, u, out);
            return half(out);
        };
        loss.run();
        k.lowRankGradient(out, x, mask, u, a, b, 1.5, dA, dB, dX);
        return compare("lowRank", loss, List.of(x, a, b), List.of(dX, dA, dB));
    }

    private int rmsNorm() {
        var x = random(3, 5);
        var w = random(1, 5);
        var out = zeros(3, 5);
        var rstd = zeros(3, 1);
        var dX = zeros(3, 5);
        var dW = zeros(1, 5);
        Forward loss = () -> {
            k.rmsNorm(x, w, 1e-3, out, rstd);
            return half(out);
        };
        loss.run();
        k.rmsNormGradient(out, x, w, rstd, dX, false, dW);
        return compare("rmsNorm", loss, List.of(x, w), List.of(dX, dW));
    }

    private int layerNorm() {
        var x = random(3, 5);
        var w = random(1, 5);
        var bias = random(1, 5);
        var out = zeros(3, 5);
        var mean = zeros(3, 1);
        var rstd = zeros(3, 1);
        var dX = zeros(3, 5);
        var dW = zeros(1, 5);
        var dBias = zeros(1, 5);
        Forward loss = () -> {
            k.layerNorm(x, w, bias, 1e-3, out, mean, rstd);
            return half(out);
        };
        loss.run();
        k.layerNormGradient(out, x, w, mean, rstd, dX, false, dW, dBias);
        return compare("layerNorm", loss, List.of(x, w, bias), List.of(dX, dW, dBias));
    }

    /** The rotation keeps lengths, so a weight that differs by column stands between it and the loss. */
    private int rotary() {
        var x = random(2, 8);
        var cos = zeros(2, 2);
        var sin = zeros(2, 2);
        cos.write(new float[] {0.6f, 0.8f, 1, 0}, 0);
        sin.write(new float[] {0.8f, -0.6f, 0, 1}, 0);
        var up = random(2, 8);
        var turned = zeros(2, 8);
        var out = zeros(2, 8);
        var dUp = zeros(2, 8);
        var dTurned = zeros(2, 8);
        var dX = zeros(2, 8);
        Forward loss = () -> {
            k.rotary(x, 4, cos, sin, false, turned);
            k.gatedActivation(ActivationKind.SILU, turned, up, out);
            return half(out);
        };
        loss.run();
        k.gatedActivationGradient(ActivationKind.SILU, turned, up, out, dTurned, dUp);
        k.rotary(dTurned, 4, cos, sin, true, dX);
        return compare("rotary", loss, List.of(x, up), List.of(dX, dUp));
    }

    private int attention(AttentionShape shape) {
        var segments = Segments.of(0, 4, 5, 8);
        var width = shape.heads() * shape.headDim();
        var keyWidth = shape.keyHeads() * shape.headDim();
        var q = random(8, width);
        var key = random(8, keyWidth);
        var v = random(8, keyWidth);
        var out = zeros(8, width);
        var lse = zeros(8, shape.heads());
        var dQ = zeros(8, width);
        var dK = zeros(8, keyWidth);
        var dV = zeros(8, keyWidth);
        Forward loss = () -> {
            k.attention(shape, segments, q, key, v, out, lse);
            return half(out);
        };
        loss.run();
        k.attentionGradient(shape, segments, q, key, v, out, lse, out, dQ, dK, dV);
        return compare("attention " + shape, loss, List.of(q, key, v), List.of(dQ, dK, dV));
    }

    private int activations() {
        var compared = 0;
        for (var kind : ActivationKind.values()) {
            var x = random(3, 4);
            var out = zeros(3, 4);
            var dX = zeros(3, 4);
            Forward loss = () -> {
                k.activation(kind, x, out);
                return half(out);
            };
            loss.run();
            k.activationGradient(kind, x, out, dX);
            compared += compare("activation " + kind, loss, List.of(x), List.of(dX));
            var up = random(3, 4);
            var gated = zeros(3, 4);
            var dUp = zeros(3, 4);
            Forward gatedLoss = () -> {
                k.gatedActivation(kind, x, up, gated);
                return half(gated);
            };
            gatedLoss.run();
            k.gatedActivationGradient(kind, x, up, gated, dX, dUp);
            compared += compare("gatedActivation " + kind, gatedLoss, List.of(x, up), List.of(dX, dUp));
        }
        return compared;
    }

    private int crossEntropy() {
        var logits = random(3, 5);
        int[] targets = {4, 0, 2};
        var losses = new double[3];
        var dLogits = zeros(3, 5);
        Forward loss = () -> {
            k.crossEntropy(logits, targets, losses, null);
            return losses[0] + losses[1] + losses[2];
        };
        k.crossEntropy(logits, targets, losses, dLogits);
        return compare("crossEntropy", loss, List.of(logits), List.of(dLogits));
    }

    private int rows() {
        var table = random(4, 3);
        int[] rows = {2, 0, 2, 3};
        var out = zeros(4, 3);
        var dTable = zeros(4, 3);
        Forward loss = () -> {
            k.gatherRows(table, rows, out, false);
            return half(out);
        };
        loss.run();
        k.scatterAddRows(out, rows, dTable);
        return compare("gatherRows", loss, List.of(table), List.of(dTable));
    }

    private double half(Buffer out) {
        return k.sumOfSquares(out) / 2;
    }

    private static int compare(String kernel, Forward loss, List<Buffer> inputs, List<Buffer> gradients) {
        var compared = 0;
        for (var n = 0; n < inputs.size(); n++) {
            var values = inputs.get(n).read();
            var gradient = gradients.get(n).read();
            for (var i = 0; i < values.length; i++) {
                var slope = (moved(loss, inputs.get(n), values, i, STEP) - moved(loss, inputs.get(n), values, i, -STEP))
                        / (2 * STEP);
                assertThat((double) gradient[i])
                        .as("%s: input %d, element %d, by differences %s", kernel, n, i, slope)
                        .isCloseTo(slope, org.assertj.core.data.Offset.offset(3e-6 * Math.max(1, Math.abs(slope))));
                compared++;
            }
        }
        return compared;
    }

    private static double moved(Forward loss, Buffer input, float[] values, int i, float by) {
        var changed = values.clone();
        changed[i] += by;
        input.write(changed, 0);
        var result = loss.run();
        input.write(values, 0);
        return result;
    }

    private Buffer random(int rows, int columns) {
        var values = new float[rows * columns];
        var key = CounterRandom.key(7, made++);
        for (var i = 0; i < values.length; i++) {
            values[i] = (CounterRandom.below(key, i, 2048) - 1023.5f) * 2 * STEP * 4;
        }
        return filled(rows, columns, values);
    }

    private Buffer zeros(int rows, int columns) {
        return filled(rows, columns, new float[rows * columns]);
    }

    private Buffer filled(int rows, int columns, float[] values) {
        var buffer = arena.allocate(k.computeType(), rows, columns);
        buffer.write(values, 0);
        return buffer;
    }
}
