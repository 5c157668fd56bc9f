package org.filigree.engine.libtorch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.filigree.engine.AttentionShape;
import org.filigree.engine.Buffer;
import org.filigree.engine.Segments;

/**
 * Attention for a GPU: neighbouring documents of one length at once, all of their heads in one product, for there the
 * calls cost more than the arithmetic. Operands are copied so that documents and key heads are one dimension and the
 * query heads of a key head lie end to end; products have the activations' type, scores and sums over them float32.
 *
 * @param first the first of the documents
 * @param documents how many
 */
record AlikeDocuments(AttentionShape shape, Segments segments, int first, int documents) {

    /** Most scores held at once, in elements; a longer document goes in runs. */
    private static final long ROOM = 1 << 26;

    private static final long[] SPREAD = {-1};

    /** The documents from {@code first} on that go together, or null where not even one fits. */
    static AlikeDocuments from(AttentionShape shape, Segments segments, int first) {
        var queries = segments.queryLength(first);
        var keys = segments.keyLength(first);
        var each = (long) shape.heads() * queries * keys;
        if (each == 0 || each > ROOM) {
            return null;
        }
        var end = first + 1;
        while (end < segments.count()
                && segments.queryLength(end) == queries
                && segments.keyLength(end) == keys
                && (end + 1 - first) * each <= ROOM) {
            end++;
        }
        return new AlikeDocuments(shape, segments, first, end - first);
    }

    void forward(Buffer q, Buffer k, Buffer v, Buffer out, Buffer logSumExp) {
        try (var scope = new PointerScope()) {
            var value = keyed(v);
            var scores = scores(scaledQueries(q), keyed(k));
            var most = torch.amax(scores, SPREAD, true);
            var sums = sum(scores.sub_(most).exp_());
            var context = torch.bmm(TorchTypes.like(scores, value), value);
            torch.div_out(heads(out), apart(context), apart(sums));
            heads(logSumExp).copy_(apart(sums.log_().add_(most)));
        }
    }

    void backward(
            Buffer q, Buffer k, Buffer v, Buffer out, Buffer logSumExp, Buffer dOut, Buffer dQ, Buffer dK, Buffer dV) {
        try (var scope = new PointerScope()) {
            var scale = new Scalar(shape.scale());
            var query = scaledQueries(q);
            var key = keyed(k);
            var value = keyed(v);
            var gradient = together(dOut);
            var probability = scores(query, key).sub_(together(logSumExp)).exp_();
            keyHeads(dV)
                    .copy_(apartKeys(
                            torch.bmm(TorchTypes.like(probability, value).transpose(1, 2), gradient)));
            var along = sum(TorchTypes.wide(gradient.mul(together(out))));
            var dScores = TorchTypes.like(
                    TorchTypes.wide(torch.bmm(gradient, value.transpose(1, 2)))
                            .sub_(along)
                            .mul_(probability),
                    value);
            heads(dQ).copy_(apart(torch.bmm(dScores, key).mul_(scale)));
            keyHeads(dK).copy_(apartKeys(torch.bmm(dScores.transpose(1, 2), query)));
        }
    }

    /** Masked scores {@code [documents * keyHeads, group * queries, keys]}. */
    private Tensor scores(Tensor scaledQuery, Tensor key) {
        var scores = TorchTypes.wide(torch.bmm(scaledQuery, key.transpose(1, 2)));
        if (shape.causal()) {
            var mask = Masks.additive(scores, queries(), keys(), keys() - queries(), shape.window());
            if (mask != null) {
                scores.view((long) documents * shape.keyHeads() * group(), queries(), keys())
                        .add_(mask);
            }
        }
        return scores;
    }

    private Tensor scaledQueries(Buffer q) {
        return together(q).mul(new Scalar(shape.scale()));
    }

    private int group() {
        return shape.heads() / shape.keyHeads();
    }

    private int queries() {
        return segments.queryLength(first);
    }

    private int keys() {
        return segments.keyLength(first);
    }

    /** {@code [documents, keyHeads, group, queries, columns of a head]} of a buffer with a row a query: a view. */
    private Tensor heads(Buffer buffer) {
        return TorchBuffer.tensor(buffer)
                .narrow(0, segments.queries()[first], (long) documents * queries())
                .view(documents, queries(), shape.keyHeads(), group(), buffer.columns() / shape.heads())
                .permute(0, 2, 3, 1, 4);
    }

    /** The same with one dimension for documents and key heads, and one for the group and its queries. */
    private Tensor together(Buffer buffer) {
        return heads(buffer)
                .reshape(
                        (long) documents * shape.keyHeads(),
                        (long) group() * queries(),
                        buffer.columns() / shape.heads());
    }

    /** What {@link #together} joined. */
    private Tensor apart(Tensor together) {
        return together.view(documents, shape.keyHeads(), group(), queries(), together.size(2));
    }

    /** {@code [documents, keyHeads, keys, headDim]} of a buffer with a row a key: a view. */
    private Tensor keyHeads(Buffer buffer) {
        return TorchBuffer.tensor(buffer)
                .narrow(0, segments.keys()[first], (long) documents * keys())
                .view(documents, keys(), shape.keyHeads(), shape.headDim())
                .permute(0, 2, 1, 3);
    }

    private Tensor keyed(Buffer buffer) {
        return keyHeads(buffer).reshape((long) documents * shape.keyHeads(), keys(), shape.headDim());
    }

    private Tensor apartKeys(Tensor keyed) {
        return keyed.view(documents, shape.keyHeads(), keys(), shape.headDim());
    }

    private static Tensor sum(Tensor values) {
        return torch.sum(values, SPREAD, true, new ScalarTypeOptional());
    }
}
