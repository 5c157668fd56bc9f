package org.filigree.engine.dl4j.device;

import org.filigree.engine.Buffer;
import org.filigree.engine.Weight;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Products with a matrix, frozen, trained or of low rank. */
final class Products {

    private Products() {}

    /** As {@code [out, in]}, whichever way it is stored. */
    private static INDArray outputMajor(String kernel, Weight weight) {
        var dense = (Weight.Dense) weight;
        var values = Shapes.floats(kernel, "weight", dense.values()).array();
        return dense.inputMajor() ? values.transpose() : values;
    }

    static void linear(Buffer xBuffer, Weight weight, Buffer biasBuffer, Buffer outBuffer) {
        var kernel = "linear";
        var x = Shapes.require(kernel, "x", xBuffer, xBuffer.rows(), weight.inFeatures());
        var bias = Shapes.orNull(kernel, "bias", biasBuffer, 1, weight.outFeatures());
        var out = Shapes.require(kernel, "out", outBuffer, x.rows(), weight.outFeatures());
        if (out.isEmpty()) {
            return;
        }
        try (var t = new Temporaries()) {
            var product = t.own(x.array().mmul(outputMajor(kernel, weight).transpose()));
            out.array().assign(bias == null ? product : product.addi(bias.array()));
        }
    }

    static void inputGradient(Buffer dOutBuffer, Weight weight, Buffer dXBuffer, boolean accumulate) {
        var kernel = "linearInputGradient";
        var dOut = Shapes.require(kernel, "dOut", dOutBuffer, dOutBuffer.rows(), weight.outFeatures());
        var dX = Shapes.require(kernel, "dX", dXBuffer, dOut.rows(), weight.inFeatures());
        if (dX.isEmpty()) {
            return;
        }
        try (var t = new Temporaries()) {
            write(dX, t.own(dOut.array().mmul(outputMajor(kernel, weight))), accumulate);
        }
    }

    static void weightGradient(Buffer dOutBuffer, Buffer xBuffer, Buffer dWeightBuffer, boolean inputMajor) {
        var kernel = "linearWeightGradient";
        var dOut = Shapes.floats(kernel, "dOut", dOutBuffer);
        var x = Shapes.require(kernel, "x", xBuffer, dOut.rows(), xBuffer.columns());
        var left = inputMajor ? x : dOut;
        var right = inputMajor ? dOut : x;
        var dWeight = Shapes.require(kernel, "dWeight", dWeightBuffer, left.columns(), right.columns());
        if (left.isEmpty() || right.isEmpty()) {
            return;
        }
        try (var t = new Temporaries()) {
            dWeight.array().addi(t.own(left.array().transpose().mmul(right.array())));
        }
    }

    /** Writes or adds. */
    static void write(DeviceBuffer to, INDArray values, boolean accumulate) {
        if (accumulate) {
            to.array().addi(values);
        } else {
            to.array().assign(values);
        }
    }

    private static INDArray dropped(DeviceBuffer x, DeviceBuffer mask, Temporaries t) {
        return mask == null ? x.array() : t.own(x.array().mul(mask.array()));
    }

    static void lowRank(
            Buffer xBuffer,
            Buffer maskBuffer,
            Buffer aBuffer,
            Buffer bBuffer,
            double scale,
            Buffer uBuffer,
            Buffer outBuffer) {
        var kernel = "lowRank";
        var x = Shapes.floats(kernel, "x", xBuffer);
        var mask = Shapes.orNull(kernel, "mask", maskBuffer, x.rows(), x.columns());
        var a = Shapes.require(kernel, "a", aBuffer, aBuffer.rows(), x.columns());
        var b = Shapes.require(kernel, "b", bBuffer, bBuffer.rows(), a.rows());
        var u = Shapes.require(kernel, "u", uBuffer, x.rows(), a.rows());
        var out = Shapes.require(kernel, "out", outBuffer, x.rows(), b.rows());
        if (x.isEmpty()) {
            return;
        }
        try (var t = new Temporaries()) {
            var inner = t.own(dropped(x, mask, t).mmul(a.array().transpose()));
            u.array().assign(inner);
            out.array().addi(t.own(inner.mmul(b.array().transpose())).muli(scale));
        }
    }

    static void lowRankGradient(
            Buffer dOutBuffer,
            Buffer xBuffer,
            Buffer maskBuffer,
            Buffer uBuffer,
            Buffer aBuffer,
            Buffer bBuffer,
            double scale,
            Buffer dABuffer,
            Buffer dBBuffer,
            Buffer dXBuffer) {
        var kernel = "lowRankGradient";
        var x = Shapes.floats(kernel, "x", xBuffer);
        var mask = Shapes.orNull(kernel, "mask", maskBuffer, x.rows(), x.columns());
        var a = Shapes.require(kernel, "a", aBuffer, aBuffer.rows(), x.columns());
        var b = Shapes.require(kernel, "b", bBuffer, bBuffer.rows(), a.rows());
        var u = Shapes.require(kernel, "u", uBuffer, x.rows(), a.rows());
        var dOut = Shapes.require(kernel, "dOut", dOutBuffer, x.rows(), b.rows());
        var dA = Shapes.require(kernel, "dA", dABuffer, a.rows(), x.columns());
        var dB = Shapes.require(kernel, "dB", dBBuffer, b.rows(), a.rows());
        var dX = Shapes.orNull(kernel, "dX", dXBuffer, x.rows(), x.columns());
        if (x.isEmpty()) {
            return;
        }
        try (var t = new Temporaries()) {
            var du = t.own(dOut.array().mmul(b.array())).muli(scale);
            dB.array().addi(t.own(dOut.array().transpose().mmul(u.array())).muli(scale));
            dA.array().addi(t.own(du.transpose().mmul(dropped(x, mask, t))));
            if (dX != null) {
                var through = t.own(du.mmul(a.array()));
                dX.array().addi(mask == null ? through : through.muli(mask.array()));
            }
        }
    }
}
