package org.filigree.engine;

import java.util.List;
import org.filigree.model.Op;

final class RotaryRunner implements OpRunner<Op.Rotary> {

    @Override
    public void forward(Op.Rotary op, Frame frame) {
        var x = frame.in(op.in());
        var out = frame.outOver(op.out(), op.in(), op.heads() * op.headDim());
        frame.kernels()
                .rotary(x, op.headDim(), frame.context().cos(), frame.context().sin(), false, out);
    }

    @Override
    public void backward(Op.Rotary op, Frame frame) {
        if (!frame.wants(op.in())) {
            return;
        }
        var dOut = frame.gradient(op.out());
        frame.writeGradient(
                op.in(),
                op.heads() * op.headDim(),
                dX -> frame.kernels()
                        .rotary(
                                dOut,
                                op.headDim(),
                                frame.context().cos(),
                                frame.context().sin(),
                                true,
                                dX));
    }

    @Override
    public List<String> saved(Op.Rotary op, boolean trains) {
        return List.of();
    }
}
