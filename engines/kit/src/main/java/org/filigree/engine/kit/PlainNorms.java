package org.filigree.engine.kit;

import static org.filigree.engine.kit.Shapes.any;
import static org.filigree.engine.kit.Shapes.orNull;
import static org.filigree.engine.kit.Shapes.require;

import org.filigree.engine.Buffer;

/** Both norms are one formula: RMS norm is the layer norm whose mean is taken as zero. */
final class PlainNorms {

    private PlainNorms() {}

    /** {@code meanIn} null means RMS norm. */
    static void norm(
            String kernel,
            Buffer xIn,
            Buffer weightIn,
            Buffer biasIn,
            double eps,
            Buffer outIn,
            Buffer meanIn,
            Buffer rstdIn) {
        var x = any(kernel, "x", xIn);
        var weight = require(kernel, "weight", weightIn, 1, x.columns);
        var bias = orNull(kernel, "bias", biasIn, 1, x.columns);
        var out = require(kernel, "out", outIn, x.rows, x.columns);
        var means = orNull(kernel, "mean", meanIn, x.rows, 1);
        var rstds = require(kernel, "rstd", rstdIn, x.rows, 1);
        for (var n = 0; n < x.rows; n++) {
            var mean = 0.0;
            if (means != null) {
                for (var i = 0; i < x.columns; i++) {
                    mean += x.get(n, i);
                }
                mean /= x.columns;
                means.set(n, 0, mean);
            }
            var variance = 0.0;
            for (var i = 0; i < x.columns; i++) {
                variance += (x.get(n, i) - mean) * (x.get(n, i) - mean);
            }
            var rstd = 1 / Math.sqrt(variance / x.columns + eps);
            rstds.set(n, 0, rstd);
            for (var i = 0; i < x.columns; i++) {
                var value = (x.get(n, i) - mean) * rstd * weight.get(0, i);
                out.set(n, i, bias == null ? value : value + bias.get(0, i));
            }
        }
    }

    /** {@code meanIn} null means RMS norm. */
    static void gradient(
            String kernel,
            Buffer dOutIn,
            Buffer xIn,
            Buffer weightIn,
            Buffer meanIn,
            Buffer rstdIn,
            Buffer dXIn,
            boolean accumulate,
            Buffer dWeightIn,
            Buffer dBiasIn) {
        var x = any(kernel, "x", xIn);
        var columns = x.columns;
        var dOut = require(kernel, "dOut", dOutIn, x.rows, columns);
        var weight = require(kernel, "weight", weightIn, 1, columns);
        var means = orNull(kernel, "mean", meanIn, x.rows, 1);
        var rstds = require(kernel, "rstd", rstdIn, x.rows, 1);
        var dX = require(kernel, "dX", dXIn, x.rows, columns);
        var dWeight = orNull(kernel, "dWeight", dWeightIn, 1, columns);
        var dBias = orNull(kernel, "dBias", dBiasIn, 1, columns);
        for (var n = 0; n < x.rows; n++) {
            var mean = means == null ? 0 : means.get(n, 0);
            var rstd = rstds.get(n, 0);
            var sum = 0.0;
            var sumWithNormed = 0.0;
            for (var i = 0; i < columns; i++) {
                var normed = (x.get(n, i) - mean) * rstd;
                var weighted = dOut.get(n, i) * weight.get(0, i);
                sum += weighted;
                sumWithNormed += weighted * normed;
                if (dWeight != null) {
                    dWeight.add(0, i, dOut.get(n, i) * normed);
                }
                if (dBias != null) {
                    dBias.add(0, i, dOut.get(n, i));
                }
            }
            var throughMean = means == null ? 0 : sum / columns;
            for (var i = 0; i < columns; i++) {
                var normed = (x.get(n, i) - mean) * rstd;
                var weighted = dOut.get(n, i) * weight.get(0, i);
                var value = rstd * (weighted - throughMean - normed * sumWithNormed / columns);
                dX.set(n, i, accumulate ? dX.get(n, i) + value : value);
            }
        }
    }
}
