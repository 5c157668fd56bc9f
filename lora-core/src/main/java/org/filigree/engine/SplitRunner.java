package org.filigree.engine;

import java.util.List;
import org.filigree.model.Op;

/** Views forward; backward the parts' gradients have been written into views of the whole's. */
final class SplitRunner implements OpRunner<Op.Split> {

    @Override
    public void forward(Op.Split op, Frame frame) {
        frame.split(op);
    }

    @Override
    public void backward(Op.Split op, Frame frame) {
        for (var part : op.outs()) {
            frame.gradient(part);
        }
    }

    @Override
    public List<String> saved(Op.Split op, boolean trains) {
        return List.of();
    }
}
