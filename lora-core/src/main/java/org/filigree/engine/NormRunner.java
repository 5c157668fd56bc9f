package org.filigree.engine;

import java.util.List;
import org.filigree.model.Op;
import org.filigree.model.Op.NormKind;

final class NormRunner implements OpRunner<Op.Norm> {

    @Override
    public void forward(Op.Norm op, Frame frame) {
        var kernels = frame.kernels();
        var weight = frame.parameters().weight(op.weight());
        var x = frame.in(op.in());
        var out = frame.out(op.out(), op.width());
        var rstd = frame.putAside("rstd", kernels.masterType(), x.rows(), 1);
        if (op.kind() == NormKind.RMS) {
            kernels.rmsNorm(x, weight, op.epsilon(), out, rstd);
        } else {
            var mean = frame.putAside("mean", kernels.masterType(), x.rows(), 1);
            var bias = op.bias() == null ? null : frame.parameters().weight(op.bias());
            kernels.layerNorm(x, weight, bias, op.epsilon(), out, mean, rstd);
        }
    }

    @Override
    public void backward(Op.Norm op, Frame frame) {
        var kernels = frame.kernels();
        var parameters = frame.parameters();
        var weight = parameters.weight(op.weight());
        var dWeight = parameters.weightGradient(op.weight());
        var dOut = frame.gradient(op.out());
        var x = frame.in(op.in());
        var rstd = frame.aside("rstd");
        var wanted = frame.wants(op.in());
        var unwanted = wanted ? null : frame.scratch(op.width());
        var target = wanted ? frame.target(op.in(), op.width()) : new Frame.Target(unwanted.buffer(), false);
        if (op.kind() == NormKind.RMS) {
            kernels.rmsNormGradient(dOut, x, weight, rstd, target.buffer(), target.accumulate(), dWeight);
        } else {
            kernels.layerNormGradient(
                    dOut,
                    x,
                    weight,
                    frame.aside("mean"),
                    rstd,
                    target.buffer(),
                    target.accumulate(),
                    dWeight,
                    parameters.weightGradient(op.bias()));
        }
        if (unwanted != null) {
            unwanted.release();
        }
    }

    @Override
    public List<String> saved(Op.Norm op, boolean trains) {
        return List.of(op.in());
    }

    @Override
    public boolean keepsAside(Op.Norm op) {
        return true;
    }
}
