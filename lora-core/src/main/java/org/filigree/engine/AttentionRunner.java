package org.filigree.engine;

import java.util.List;
import org.filigree.model.Op;

final class AttentionRunner implements OpRunner<Op.Attention> {

    @Override
    public void forward(Op.Attention op, Frame frame) {
        var kernels = frame.kernels();
        var context = frame.context();
        var query = frame.in(op.query());
        var key = frame.in(op.key());
        var value = frame.in(op.value());
        if (context.cache() != null) {
            context.cache().append(op.layer(), key, value);
            key = context.cache().keys(op.layer(), query.rows());
            value = context.cache().values(op.layer(), query.rows());
        }
        var out = frame.out(op.out(), op.heads() * op.headDim());
        var logSumExp = frame.putAside("logSumExp", kernels.masterType(), query.rows(), op.heads());
        kernels.attention(shape(op), context.segments(), query, key, value, out, logSumExp);
    }

    @Override
    public void backward(Op.Attention op, Frame frame) {
        var queryWidth = op.heads() * op.headDim();
        var keyWidth = op.keyHeads() * op.headDim();
        frame.writeGradient(
                op.query(),
                queryWidth,
                dQ -> frame.writeGradient(
                        op.key(),
                        keyWidth,
                        dK -> frame.writeGradient(
                                op.value(),
                                keyWidth,
                                dV -> frame.kernels()
                                        .attentionGradient(
                                                shape(op),
                                                frame.context().segments(),
                                                frame.in(op.query()),
                                                frame.in(op.key()),
                                                frame.in(op.value()),
                                                frame.in(op.out()),
                                                frame.aside("logSumExp"),
                                                frame.gradient(op.out()),
                                                dQ,
                                                dK,
                                                dV))));
    }

    private static AttentionShape shape(Op.Attention op) {
        return new AttentionShape(op.heads(), op.keyHeads(), op.headDim(), op.scale(), op.causal(), op.window());
    }

    @Override
    public List<String> saved(Op.Attention op, boolean trains) {
        return List.of(op.query(), op.key(), op.value(), op.out());
    }

    @Override
    public boolean keepsAside(Op.Attention op) {
        return true;
    }
}
