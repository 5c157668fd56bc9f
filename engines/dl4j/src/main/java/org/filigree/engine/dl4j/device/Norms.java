package org.filigree.engine.dl4j.device;

import org.filigree.engine.Buffer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Both norms are one formula: RMS norm is the layer norm whose mean is taken as zero. */
final class Norms {

    private Norms() {}

    /** {@code mean} null means RMS norm. */
    static void norm(
            String kernel,
            Buffer xIn,
            Buffer weightIn,
            Buffer biasIn,
            double eps,
            Buffer outIn,
            Buffer mean,
            Buffer rstd) {
        var x = Shapes.floats(kernel, "x", xIn);
        var weight = Shapes.require(kernel, "weight", weightIn, 1, x.columns());
        var bias = Shapes.orNull(kernel, "bias", biasIn, 1, x.columns());
        var out = Shapes.require(kernel, "out", outIn, x.rows(), x.columns());
        var means = Shapes.orNull(kernel, "mean", mean, x.rows(), 1);
        var rstds = Shapes.require(kernel, "rstd", rstd, x.rows(), 1);
        if (x.isEmpty()) {
            return;
        }
        try (var t = new Temporaries()) {
            var centred = x.array();
            if (means != null) {
                means.array().assign(t.own(centred.mean(true, 1)));
                centred = t.own(centred.sub(means.array()));
            }
            var variance = t.own(t.own(centred.mul(centred)).mean(true, 1)).addi(eps);
            rstds.array().assign(Transforms.sqrt(variance, false).rdivi(1));
            var result = t.own(centred.mul(rstds.array())).muli(weight.array());
            out.array().assign(bias == null ? result : result.addi(bias.array()));
        }
    }

    /** {@code mean} null means RMS norm. */
    static void gradient(
            String kernel,
            Buffer dOutIn,
            Buffer xIn,
            Buffer weightIn,
            Buffer mean,
            Buffer rstd,
            Buffer dXIn,
            boolean accumulate,
            Buffer dWeightIn,
            Buffer dBiasIn) {
        var x = Shapes.floats(kernel, "x", xIn);
        var columns = x.columns();
        var dOut = Shapes.require(kernel, "dOut", dOutIn, x.rows(), columns);
        var weight = Shapes.require(kernel, "weight", weightIn, 1, columns);
        var means = Shapes.orNull(kernel, "mean", mean, x.rows(), 1);
        var rstds = Shapes.require(kernel, "rstd", rstd, x.rows(), 1);
        var dX = Shapes.require(kernel, "dX", dXIn, x.rows(), columns);
        var dWeight = Shapes.orNull(kernel, "dWeight", dWeightIn, 1, columns);
        var dBias = Shapes.orNull(kernel, "dBias", dBiasIn, 1, columns);
        if (x.isEmpty()) {
            return;
        }
        try (var t = new Temporaries()) {
            INDArray centred = means == null ? x.array() : t.own(x.array().sub(means.array()));
            var normed = t.own(centred.mul(rstds.array()));
            var weighted = t.own(dOut.array().mul(weight.array()));
            if (dWeight != null) {
                dWeight.array().addi(t.own(t.own(dOut.array().mul(normed)).sum(true, 0)));
            }
            if (dBias != null) {
                dBias.array().addi(t.own(dOut.array().sum(true, 0)));
            }
            var share = t.own(t.own(weighted.mul(normed)).mean(true, 1));
            var throughMean = t.own(weighted.mean(true, 1));
            weighted.subi(normed.muli(share));
            if (means != null) {
                weighted.subi(throughMean);
            }
            Products.write(dX, weighted.muli(rstds.array()), accumulate);
        }
    }
}
