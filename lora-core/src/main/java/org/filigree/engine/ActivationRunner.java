package org.filigree.engine;

import java.util.List;
import org.filigree.model.Op;

final class ActivationRunner implements OpRunner<Op.Activation> {

    @Override
    public void forward(Op.Activation op, Frame frame) {
        var x = frame.in(op.in());
        frame.kernels().activation(op.kind(), x, frame.outOver(op.out(), op.in(), op.width()));
    }

    @Override
    public void backward(Op.Activation op, Frame frame) {
        if (!frame.wants(op.in())) {
            return;
        }
        var dOut = frame.gradient(op.out());
        frame.writeGradient(
                op.in(), op.width(), dX -> frame.kernels().activationGradient(op.kind(), frame.in(op.in()), dOut, dX));
    }

    @Override
    public List<String> saved(Op.Activation op, boolean trains) {
        return List.of(op.in());
    }
}
