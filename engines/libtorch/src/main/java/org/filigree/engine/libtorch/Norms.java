package org.filigree.engine.libtorch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.filigree.engine.Buffer;

/** RMS and layer norm; statistics and sums in float32 whatever the activations' type. */
final class Norms {

    private static final long[] LAST = {-1};
    private static final long[] FIRST = {0};

    private Norms() {}

    private static Tensor wide(Buffer buffer) {
        return TorchTypes.wide(TorchBuffer.tensor(buffer));
    }

    private static Tensor mean(Tensor x) {
        return torch.mean(x, LAST, true, new ScalarTypeOptional());
    }

    static void rmsNorm(Buffer x, Buffer weight, double eps, Buffer out, Buffer rstd) {
        Shapes.same("rmsNorm", x, out);
        Shapes.vector("rmsNorm", "weight", weight, x.columns());
        Shapes.vector("rmsNorm", "rstd", rstd, x.rows());
        try (var scope = new PointerScope()) {
            var input = wide(x);
            var r = TorchBuffer.tensor(rstd);
            r.copy_(mean(input.mul(input)).add_(new Scalar(eps)).rsqrt_());
            var result = TorchBuffer.tensor(out);
            torch.mul_out(result, input, r);
            result.mul_(TorchBuffer.tensor(weight));
        }
    }

    static void rmsNormGradient(
            Buffer dOut, Buffer x, Buffer weight, Buffer rstd, Buffer dX, boolean accumulate, Buffer dWeight) {
        Shapes.same("rmsNormGradient", dOut, x, dX);
        Shapes.vector("rmsNormGradient", "weight", weight, x.columns());
        Shapes.vector("rmsNormGradient", "rstd", rstd, x.rows());
        Shapes.vector("rmsNormGradient", "dWeight", dWeight, x.columns());
        try (var scope = new PointerScope()) {
            var input = wide(x);
            var gradient = wide(dOut);
            var r = TorchBuffer.tensor(rstd);
            if (dWeight != null) {
                addColumnSums(dWeight, gradient.mul(input).mul_(r));
            }
            var g = gradient.mul(TorchBuffer.tensor(weight)).mul_(r);
            var c = mean(g.mul(input)).mul_(r).mul_(r);
            put(dX, g.addcmul_(input, c, new Scalar(-1.0)), accumulate);
        }
    }

    static void layerNorm(Buffer x, Buffer weight, Buffer bias, double eps, Buffer out, Buffer mean, Buffer rstd) {
        Shapes.same("layerNorm", x, out);
        Shapes.vector("layerNorm", "weight", weight, x.columns());
        Shapes.vector("layerNorm", "bias", bias, x.columns());
        Shapes.vector("layerNorm", "mean", mean, x.rows());
        Shapes.vector("layerNorm", "rstd", rstd, x.rows());
        try (var scope = new PointerScope()) {
            var input = wide(x);
            var m = TorchBuffer.tensor(mean);
            m.copy_(mean(input));
            var centred = input.sub(m);
            var r = TorchBuffer.tensor(rstd);
            r.copy_(mean(centred.mul(centred)).add_(new Scalar(eps)).rsqrt_());
            var result = centred.mul_(r).mul_(TorchBuffer.tensor(weight));
            if (bias != null) {
                result.add_(TorchBuffer.tensor(bias));
            }
            TorchBuffer.tensor(out).copy_(result);
        }
    }

    static void layerNormGradient(
            Buffer dOut,
            Buffer x,
            Buffer weight,
            Buffer mean,
            Buffer rstd,
            Buffer dX,
            boolean accumulate,
            Buffer dWeight,
            Buffer dBias) {
        Shapes.same("layerNormGradient", dOut, x, dX);
        Shapes.vector("layerNormGradient", "weight", weight, x.columns());
        Shapes.vector("layerNormGradient", "mean", mean, x.rows());
        Shapes.vector("layerNormGradient", "rstd", rstd, x.rows());
        Shapes.vector("layerNormGradient", "dWeight", dWeight, x.columns());
        Shapes.vector("layerNormGradient", "dBias", dBias, x.columns());
        try (var scope = new PointerScope()) {
            var gradient = wide(dOut);
            var r = TorchBuffer.tensor(rstd);
            var normal = wide(x).sub(TorchBuffer.tensor(mean)).mul_(r);
            if (dWeight != null) {
                addColumnSums(dWeight, gradient.mul(normal));
            }
            if (dBias != null) {
                addColumnSums(dBias, gradient);
            }
            var g = gradient.mul(TorchBuffer.tensor(weight));
            var along = mean(g.mul(normal));
            var result =
                    g.sub(mean(g)).addcmul_(normal, along, new Scalar(-1.0)).mul_(r);
            put(dX, result, accumulate);
        }
    }

    private static void put(Buffer dX, Tensor value, boolean accumulate) {
        if (accumulate) {
            TorchBuffer.tensor(dX).add_(value);
        } else {
            TorchBuffer.tensor(dX).copy_(value);
        }
    }

    static void addColumnSums(Buffer total, Tensor values) {
        TorchBuffer.tensor(total)
                .add_(torch.sum(values, FIRST, true, new ScalarTypeOptional()).view(total.rows(), total.columns()));
    }
}
