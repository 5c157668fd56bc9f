package org.filigree.engine;

import java.util.List;
import org.filigree.model.Op;

/** A residual connection; the sum takes over the right side's memory, which is a layer's output that nothing keeps. */
final class AddRunner implements OpRunner<Op.Add> {

    @Override
    public void forward(Op.Add op, Frame frame) {
        var left = frame.in(op.left());
        var right = frame.in(op.right());
        frame.kernels().add(left, right, frame.outOver(op.out(), op.right(), op.width()));
    }

    @Override
    public void backward(Op.Add op, Frame frame) {
        frame.passGradient(op.out(), op.right(), op.width());
        frame.passGradient(op.out(), op.left(), op.width());
    }

    @Override
    public List<String> saved(Op.Add op, boolean trains) {
        return List.of();
    }
}
