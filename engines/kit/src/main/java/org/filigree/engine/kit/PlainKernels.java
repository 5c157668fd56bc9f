package org.filigree.engine.kit;

import static org.filigree.engine.kit.Shapes.any;
import static org.filigree.engine.kit.Shapes.check;
import static org.filigree.engine.kit.Shapes.orNull;
import static org.filigree.engine.kit.Shapes.require;

import org.filigree.engine.AdamWStep;
import org.filigree.engine.Arena;
import org.filigree.engine.AttentionShape;
import org.filigree.engine.Buffer;
import org.filigree.engine.Fingerprint;
import org.filigree.engine.Kernels;
import org.filigree.engine.Segments;
import org.filigree.engine.Weight;
import org.filigree.model.ActivationKind;
import org.filigree.model.DataType;

/** Every kernel in plain Java and double precision, slow and obvious: what other engines' kernels are compared with. */
public final class PlainKernels implements Kernels {

    @Override
    public DataType computeType() {
        return DataType.FLOAT64;
    }

    @Override
    public Fingerprint fingerprint() {
        return Fingerprint.of("plain Java").with("threads", "1").with("type", "float64");
    }

    @Override
    public Arena arena() {
        return new PlainArena();
    }

    @Override
    public void copy(Buffer from, Buffer to) {
        var source = any("copy", "from", from);
        var target = require("copy", "to", to, source.rows, source.columns);
        for (var r = 0; r < source.rows; r++) {
            for (var c = 0; c < source.columns; c++) {
                target.set(r, c, source.get(r, c));
            }
        }
    }

    @Override
    public void fill(Buffer buffer, double value) {
        any("fill", "buffer", buffer).fill(value);
    }

    @Override
    public void add(Buffer a, Buffer b, Buffer out) {
        var first = any("add", "a", a);
        var second = require("add", "b", b, first.rows, first.columns);
        var sum = require("add", "out", out, first.rows, first.columns);
        for (var r = 0; r < first.rows; r++) {
            for (var c = 0; c < first.columns; c++) {
                sum.set(r, c, first.get(r, c) + second.get(r, c));
            }
        }
    }

    @Override
    public void addScaled(double alpha, Buffer x, Buffer y) {
        var source = any("addScaled", "x", x);
        var target = require("addScaled", "y", y, source.rows, source.columns);
        for (var r = 0; r < source.rows; r++) {
            for (var c = 0; c < source.columns; c++) {
                target.add(r, c, alpha * source.get(r, c));
            }
        }
    }

    @Override
    public void gatherRows(Buffer table, int[] rows, Buffer out, boolean accumulate) {
        var source = any("gatherRows", "table", table);
        var target = require("gatherRows", "out", out, rows.length, source.columns);
        checkRows("gatherRows", rows, source.rows);
        for (var i = 0; i < rows.length; i++) {
            for (var c = 0; c < source.columns; c++) {
                var value = source.get(rows[i], c);
                target.set(i, c, accumulate ? target.get(i, c) + value : value);
            }
        }
    }

    @Override
    public void scatterAddRows(Buffer from, int[] rows, Buffer table) {
        var target = any("scatterAddRows", "table", table);
        var source = require("scatterAddRows", "from", from, rows.length, target.columns);
        checkRows("scatterAddRows", rows, target.rows);
        for (var i = 0; i < rows.length; i++) {
            for (var c = 0; c < source.columns; c++) {
                target.add(rows[i], c, source.get(i, c));
            }
        }
    }

    private static void checkRows(String kernel, int[] rows, int count) {
        for (var row : rows) {
            check(row >= 0 && row < count, "%s: row %d of a table of %d", kernel, row, count);
        }
    }

    @Override
    public void linear(Buffer x, Weight weight, Buffer bias, Buffer out) {
        PlainLinear.linear(x, weight, bias, out);
    }

    @Override
    public void linearInputGradient(Buffer dOut, Weight weight, Buffer dX, boolean accumulate) {
        PlainLinear.inputGradient(dOut, weight, dX, accumulate);
    }

    @Override
    public void linearWeightGradient(Buffer dOut, Buffer x, Buffer dWeight, boolean inputMajor) {
        PlainLinear.weightGradient(dOut, x, dWeight, inputMajor);
    }

    @Override
    public void sumRows(Buffer x, Buffer total) {
        var source = any("sumRows", "x", x);
        var target = require("sumRows", "total", total, 1, source.columns);
        for (var r = 0; r < source.rows; r++) {
            for (var c = 0; c < source.columns; c++) {
                target.add(0, c, source.get(r, c));
            }
        }
    }

    @Override
    public void lowRank(Buffer x, Buffer mask, Buffer a, Buffer b, double scale, Buffer u, Buffer out) {
        PlainLinear.lowRank(x, mask, a, b, scale, u, out);
    }

    @Override
    public void lowRankGradient(
            Buffer dOut,
            Buffer x,
            Buffer mask,
            Buffer u,
            Buffer a,
            Buffer b,
            double scale,
            Buffer dA,
            Buffer dB,
            Buffer dX) {
        PlainLinear.lowRankGradient(dOut, x, mask, u, a, b, scale, dA, dB, dX);
    }

    @Override
    public void rmsNorm(Buffer x, Buffer weight, double eps, Buffer out, Buffer rstd) {
        PlainNorms.norm("rmsNorm", x, weight, null, eps, out, null, rstd);
    }

    @Override
    public void rmsNormGradient(
            Buffer dOut, Buffer x, Buffer weight, Buffer rstd, Buffer dX, boolean accumulate, Buffer dWeight) {
        PlainNorms.gradient("rmsNormGradient", dOut, x, weight, null, rstd, dX, accumulate, dWeight, null);
    }

    @Override
    public void layerNorm(Buffer x, Buffer weight, Buffer bias, double eps, Buffer out, Buffer mean, Buffer rstd) {
        check(mean != null, "layerNorm: mean is null");
        PlainNorms.norm("layerNorm", x, weight, bias, eps, out, mean, rstd);
    }

    @Override
    public void layerNormGradient(
            Buffer dOut,
            Buffer x,
            Buffer weight,
            Buffer mean,
            Buffer rstd,
            Buffer dX,
            boolean accumulate,
            Buffer dWeight,
            Buffer dBias) {
        check(mean != null, "layerNormGradient: mean is null");
        PlainNorms.gradient("layerNormGradient", dOut, x, weight, mean, rstd, dX, accumulate, dWeight, dBias);
    }

    @Override
    public void rotary(Buffer x, int headDim, Buffer cos, Buffer sin, boolean inverse, Buffer out) {
        PlainAttention.rotary(x, headDim, cos, sin, inverse, out);
    }

    @Override
    public void attention(
            AttentionShape shape, Segments segments, Buffer q, Buffer k, Buffer v, Buffer out, Buffer logSumExp) {
        PlainAttention.attention(shape, segments, q, k, v, out, logSumExp);
    }

    @Override
    public void attentionGradient(
            AttentionShape shape,
            Segments segments,
            Buffer q,
            Buffer k,
            Buffer v,
            Buffer out,
            Buffer logSumExp,
            Buffer dOut,
            Buffer dQ,
            Buffer dK,
            Buffer dV) {
        PlainAttention.gradient(shape, segments, q, k, v, out, logSumExp, dOut, dQ, dK, dV);
    }

    @Override
    public void activation(ActivationKind kind, Buffer x, Buffer out) {
        PlainActivations.activation(kind, x, out);
    }

    @Override
    public void activationGradient(ActivationKind kind, Buffer x, Buffer dOut, Buffer dX) {
        PlainActivations.activationGradient(kind, x, dOut, dX);
    }

    @Override
    public void gatedActivation(ActivationKind kind, Buffer gate, Buffer up, Buffer out) {
        PlainActivations.gated(kind, gate, up, out);
    }

    @Override
    public void gatedActivationGradient(
            ActivationKind kind, Buffer gate, Buffer up, Buffer dOut, Buffer dGate, Buffer dUp) {
        PlainActivations.gatedGradient(kind, gate, up, dOut, dGate, dUp);
    }

    @Override
    public void crossEntropy(Buffer logits, int[] targets, double[] losses, Buffer dLogits) {
        var z = any("crossEntropy", "logits", logits);
        var gradient = orNull("crossEntropy", "dLogits", dLogits, z.rows, z.columns);
        check(
                targets.length == z.rows && losses.length == z.rows,
                "crossEntropy: %d rows, %d targets and %d losses",
                z.rows,
                targets.length,
                losses.length);
        for (var n = 0; n < z.rows; n++) {
            check(
                    targets[n] >= 0 && targets[n] < z.columns,
                    "crossEntropy: target %d in a vocabulary of %d",
                    targets[n],
                    z.columns);
            var row = java.util.Arrays.copyOfRange(z.data, z.at(n), z.at(n) + z.columns);
            var logSumExp = PlainAttention.logSumExp(row);
            losses[n] = logSumExp - row[targets[n]];
            for (var c = 0; gradient != null && c < z.columns; c++) {
                gradient.set(n, c, Math.exp(row[c] - logSumExp) - (c == targets[n] ? 1 : 0));
            }
        }
    }

    @Override
    public int[] argMax(Buffer logits) {
        var z = any("argMax", "logits", logits);
        check(z.columns > 0, "argMax: no columns");
        var columns = new int[z.rows];
        for (var n = 0; n < z.rows; n++) {
            for (var c = 1; c < z.columns; c++) {
                if (z.get(n, c) > z.get(n, columns[n])) {
                    columns[n] = c;
                }
            }
        }
        return columns;
    }

    @Override
    public double sumOfSquares(Buffer values) {
        var x = any("sumOfSquares", "values", values);
        var sum = 0.0;
        for (var r = 0; r < x.rows; r++) {
            for (var c = 0; c < x.columns; c++) {
                sum += x.get(r, c) * x.get(r, c);
            }
        }
        return sum;
    }

    @Override
    public void adamW(Buffer parameter, Buffer gradient, Buffer m, Buffer v, AdamWStep step) {
        var p = any("adamW", "parameter", parameter);
        var g = require("adamW", "gradient", gradient, p.rows, p.columns);
        var first = require("adamW", "m", m, p.rows, p.columns);
        var second = require("adamW", "v", v, p.rows, p.columns);
        for (var r = 0; r < p.rows; r++) {
            for (var c = 0; c < p.columns; c++) {
                var slope = g.get(r, c) * step.gradientScale();
                first.set(r, c, step.beta1() * first.get(r, c) + (1 - step.beta1()) * slope);
                second.set(r, c, step.beta2() * second.get(r, c) + (1 - step.beta2()) * slope * slope);
                var decayed = p.get(r, c) * (1 - step.learningRate() * step.weightDecay());
                var size = Math.sqrt(second.get(r, c)) / Math.sqrt(step.correction2()) + step.epsilon();
                p.set(r, c, decayed - step.learningRate() / step.correction1() * first.get(r, c) / size);
            }
        }
    }

    /** Holds nothing to release: each arena is closed by itself. */
    @Override
    public void close() {}
}
