package org.filigree.engine;

import java.util.List;
import org.filigree.model.Op;

final class EmbeddingRunner implements OpRunner<Op.Embedding> {

    @Override
    public void forward(Op.Embedding op, Frame frame) {
        var kernels = frame.kernels();
        var table = frame.parameters().weight(op.weight());
        if (op.addTo() == null) {
            kernels.gatherRows(table, indices(op, frame), frame.out(op.out(), op.width()), false);
            return;
        }
        var before = frame.in(op.addTo());
        var out = frame.outOver(op.out(), op.addTo(), op.width());
        if (out != before) {
            kernels.copy(before, out);
        }
        kernels.gatherRows(table, indices(op, frame), out, true);
    }

    @Override
    public void backward(Op.Embedding op, Frame frame) {
        var gradient = frame.parameters().weightGradient(op.weight());
        if (gradient != null) {
            frame.kernels().scatterAddRows(frame.gradient(op.out()), indices(op, frame), gradient);
        }
        if (op.addTo() != null) {
            frame.passGradient(op.out(), op.addTo(), op.width());
        }
    }

    private static int[] indices(Op.Embedding op, Frame frame) {
        return op.index() == Op.Index.TOKENS
                ? frame.context().tokens()
                : frame.context().positions();
    }

    @Override
    public List<String> saved(Op.Embedding op, boolean trains) {
        return List.of();
    }
}
