package org.filigree.engine.kit;

import static org.filigree.engine.kit.Shapes.any;
import static org.filigree.engine.kit.Shapes.orNull;
import static org.filigree.engine.kit.Shapes.require;

import org.filigree.engine.Buffer;
import org.filigree.engine.Weight;

/** Products with a matrix, frozen, trained or of low rank. */
final class PlainLinear {

    private PlainLinear() {}

    static void linear(Buffer xIn, Weight weight, Buffer biasIn, Buffer outIn) {
        var x = any("linear", "x", xIn);
        var in = weight.inFeatures();
        var outs = weight.outFeatures();
        require("linear", "x", x, x.rows, in);
        var out = require("linear", "out", outIn, x.rows, outs);
        var bias = orNull("linear", "bias", biasIn, 1, outs);
        var w = dense("linear", weight);
        for (var n = 0; n < x.rows; n++) {
            for (var o = 0; o < outs; o++) {
                var sum = dot(x.data, x.at(n), 1, w.data, w.first(o), w.inStep(), in);
                out.set(n, o, bias == null ? sum : sum + bias.get(0, o));
            }
        }
    }

    static void inputGradient(Buffer dOutIn, Weight weight, Buffer dXIn, boolean accumulate) {
        var dOut = any("linearInputGradient", "dOut", dOutIn);
        var in = weight.inFeatures();
        var outs = weight.outFeatures();
        require("linearInputGradient", "dOut", dOut, dOut.rows, outs);
        var dX = require("linearInputGradient", "dX", dXIn, dOut.rows, in);
        var w = dense("linearInputGradient", weight);
        for (var n = 0; n < dOut.rows; n++) {
            for (var i = 0; i < in; i++) {
                var sum = dot(dOut.data, dOut.at(n), 1, w.data, w.first(0) + i * w.inStep(), w.outStep(), outs);
                dX.set(n, i, accumulate ? dX.get(n, i) + sum : sum);
            }
        }
    }

    static void weightGradient(Buffer dOutIn, Buffer xIn, Buffer dWeightIn, boolean inputMajor) {
        var dOut = any("linearWeightGradient", "dOut", dOutIn);
        var x = any("linearWeightGradient", "x", xIn);
        require("linearWeightGradient", "x", x, dOut.rows, x.columns);
        var dWeight = inputMajor
                ? require("linearWeightGradient", "dWeight", dWeightIn, x.columns, dOut.columns)
                : require("linearWeightGradient", "dWeight", dWeightIn, dOut.columns, x.columns);
        for (var o = 0; o < dOut.columns; o++) {
            for (var i = 0; i < x.columns; i++) {
                var sum = dot(dOut.data, dOut.offset + o, dOut.stride, x.data, x.offset + i, x.stride, x.rows);
                dWeight.add(inputMajor ? i : o, inputMajor ? o : i, sum);
            }
        }
    }

    static void lowRank(Buffer xIn, Buffer maskIn, Buffer aIn, Buffer bIn, double scale, Buffer uIn, Buffer outIn) {
        var x = any("lowRank", "x", xIn);
        var a = any("lowRank", "a", aIn);
        var b = any("lowRank", "b", bIn);
        var mask = orNull("lowRank", "mask", maskIn, x.rows, x.columns);
        require("lowRank", "a", a, a.rows, x.columns);
        require("lowRank", "b", b, b.rows, a.rows);
        var u = require("lowRank", "u", uIn, x.rows, a.rows);
        var out = require("lowRank", "out", outIn, x.rows, b.rows);
        for (var n = 0; n < x.rows; n++) {
            var dropped = dropped(x, mask, n);
            for (var r = 0; r < a.rows; r++) {
                u.set(n, r, dot(dropped, 0, 1, a.data, a.at(r), 1, x.columns));
            }
            for (var o = 0; o < b.rows; o++) {
                out.add(n, o, scale * dot(u.data, u.at(n), 1, b.data, b.at(o), 1, a.rows));
            }
        }
    }

    static void lowRankGradient(
            Buffer dOutIn,
            Buffer xIn,
            Buffer maskIn,
            Buffer uIn,
            Buffer aIn,
            Buffer bIn,
            double scale,
            Buffer dAIn,
            Buffer dBIn,
            Buffer dXIn) {
        var kernel = "lowRankGradient";
        var x = any(kernel, "x", xIn);
        var a = any(kernel, "a", aIn);
        var b = any(kernel, "b", bIn);
        var mask = orNull(kernel, "mask", maskIn, x.rows, x.columns);
        require(kernel, "a", a, a.rows, x.columns);
        require(kernel, "b", b, b.rows, a.rows);
        var u = require(kernel, "u", uIn, x.rows, a.rows);
        var dOut = require(kernel, "dOut", dOutIn, x.rows, b.rows);
        var dA = require(kernel, "dA", dAIn, a.rows, x.columns);
        var dB = require(kernel, "dB", dBIn, b.rows, a.rows);
        var dX = orNull(kernel, "dX", dXIn, x.rows, x.columns);
        for (var n = 0; n < x.rows; n++) {
            var dropped = dropped(x, mask, n);
            for (var r = 0; r < a.rows; r++) {
                for (var o = 0; o < b.rows; o++) {
                    dB.add(o, r, scale * dOut.get(n, o) * u.get(n, r));
                }
                var du = scale * dot(dOut.data, dOut.at(n), 1, b.data, b.offset + r, b.stride, b.rows);
                for (var i = 0; i < x.columns; i++) {
                    dA.add(r, i, du * dropped[i]);
                    if (dX != null) {
                        dX.add(n, i, du * a.get(r, i) * (mask == null ? 1 : mask.get(n, i)));
                    }
                }
            }
        }
    }

    private static double[] dropped(PlainBuffer x, PlainBuffer mask, int row) {
        var values = new double[x.columns];
        for (var i = 0; i < values.length; i++) {
            values[i] = x.get(row, i) * (mask == null ? 1 : mask.get(row, i));
        }
        return values;
    }

    private static double dot(double[] a, int fromA, int stepA, double[] b, int fromB, int stepB, int count) {
        var sum = 0.0;
        for (int i = 0, ia = fromA, ib = fromB; i < count; i++, ia += stepA, ib += stepB) {
            sum += a[ia] * b[ib];
        }
        return sum;
    }

    /** A dense weight as a function of (output, input), whichever way it is stored. */
    private record Matrix(double[] data, int offset, int outStep, int inStep) {
        int first(int output) {
            return offset + output * outStep;
        }
    }

    private static Matrix dense(String kernel, Weight weight) {
        var dense = (Weight.Dense) weight;
        var values = any(kernel, "weight", dense.values());
        return dense.inputMajor()
                ? new Matrix(values.data, values.offset, 1, values.stride)
                : new Matrix(values.data, values.offset, values.stride, 1);
    }
}
