package org.filigree.engine.libtorch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.filigree.engine.AttentionShape;
import org.filigree.engine.Buffer;
import org.filigree.engine.Segments;

/**
 * Attention document by document and in runs of queries, so that scores of a long document are never held whole;
 * probabilities are computed again backward from the kept log-sum-exp (FlashAttention's backward, arXiv 2205.14135).
 * Query heads that share a key head are taken in turn: then every operand is a strided view and nothing is expanded.
 */
final class AttentionKernel {

    /** Most scores held at once, in elements. */
    private static final long TILE = 1 << 23;

    private static final long[] SPREAD = {-1};

    private AttentionKernel() {}

    static void forward(
            AttentionShape shape, Segments segments, Buffer q, Buffer k, Buffer v, Buffer out, Buffer logSumExp) {
        check(shape, segments, q, k, v, out);
        for (var document = 0; document < segments.count(); document++) {
            var keys = segments.keyLength(document);
            for (var tile = Tile.first(shape, segments, document); tile != null; tile = tile.next()) {
                try (var scope = new PointerScope()) {
                    var key = heads(k, segments.keys()[document], keys, 0, 1, shape);
                    var value = heads(v, segments.keys()[document], keys, 0, 1, shape);
                    var group = shape.heads() / shape.keyHeads();
                    for (var member = 0; member < group; member++) {
                        var query = heads(q, tile.row(), tile.count(), member, group, shape);
                        var scores = scores(shape, tile, query, key);
                        var sums = torch.logsumexp(scores, SPREAD, true);
                        statistics(logSumExp, tile, member, group, shape).copy_(sums.squeeze(2));
                        scores.sub_(sums).exp_();
                        heads(out, tile.row(), tile.count(), member, group, shape)
                                .copy_(torch.bmm(narrowed(scores, value), value));
                    }
                }
            }
        }
    }

    static void backward(
            AttentionShape shape,
            Segments segments,
            Buffer q,
            Buffer k,
            Buffer v,
            Buffer out,
            Buffer logSumExp,
            Buffer dOut,
            Buffer dQ,
            Buffer dK,
            Buffer dV) {
        check(shape, segments, q, k, v, out);
        Shapes.same("attentionGradient", q, dOut, dQ);
        Shapes.same("attentionGradient", k, dK, dV);
        TorchBuffer.tensor(dK).zero_();
        TorchBuffer.tensor(dV).zero_();
        for (var document = 0; document < segments.count(); document++) {
            var keys = segments.keyLength(document);
            var keyRow = segments.keys()[document];
            for (var tile = Tile.first(shape, segments, document); tile != null; tile = tile.next()) {
                try (var scope = new PointerScope()) {
                    var key = heads(k, keyRow, keys, 0, 1, shape);
                    var value = heads(v, keyRow, keys, 0, 1, shape);
                    var toKey = heads(dK, keyRow, keys, 0, 1, shape);
                    var toValue = heads(dV, keyRow, keys, 0, 1, shape);
                    var group = shape.heads() / shape.keyHeads();
                    for (var member = 0; member < group; member++) {
                        var query = heads(q, tile.row(), tile.count(), member, group, shape);
                        var gradient = heads(dOut, tile.row(), tile.count(), member, group, shape);
                        var result = heads(out, tile.row(), tile.count(), member, group, shape);
                        var sums = statistics(logSumExp, tile, member, group, shape)
                                .unsqueeze(2);
                        var probability =
                                scores(shape, tile, query, key).sub_(sums).exp_();
                        var dProbability = torch.bmm(gradient, value.transpose(1, 2));
                        toValue.add_(torch.bmm(narrowed(probability, value).transpose(1, 2), gradient));
                        var along = wide(gradient.mul(result))
                                .sum(SPREAD, true, new org.bytedeco.pytorch.ScalarTypeOptional());
                        var dScores = narrowed(
                                probability.mul_(wide(dProbability).sub_(along)).mul_(new Scalar(shape.scale())),
                                value);
                        heads(dQ, tile.row(), tile.count(), member, group, shape)
                                .copy_(torch.bmm(dScores, key));
                        toKey.add_(torch.bmm(dScores.transpose(1, 2), query));
                    }
                }
            }
        }
    }

    /** A run of queries of one document. */
    private record Tile(Segments segments, int document, int from, int count, int most) {

        static Tile first(AttentionShape shape, Segments segments, int document) {
            var queries = segments.queryLength(document);
            if (queries == 0) {
                return null;
            }
            var most = (int) Math.max(1, TILE / Math.max(1, (long) shape.keyHeads() * segments.keyLength(document)));
            return new Tile(segments, document, 0, Math.min(most, queries), most);
        }

        Tile next() {
            var start = from + count;
            var left = segments.queryLength(document) - start;
            return left <= 0 ? null : new Tile(segments, document, start, Math.min(most, left), most);
        }

        int row() {
            return segments.queries()[document] + from;
        }

        int keys() {
            return segments.keyLength(document);
        }

        /** The key at the place of the tile's first query. */
        int place() {
            return keys() - segments.queryLength(document) + from;
        }
    }

    /** Masked scores {@code [keyHeads, count, keys]} in float32. */
    private static Tensor scores(AttentionShape shape, Tile tile, Tensor query, Tensor key) {
        var scores = wide(torch.bmm(query, key.transpose(1, 2))).mul_(new Scalar(shape.scale()));
        if (shape.causal()) {
            var mask = Masks.additive(tile.count(), tile.keys(), tile.place(), shape.window());
            if (mask != null) {
                scores.add_(mask);
            }
        }
        return scores;
    }

    /** {@code [keyHeads, count, headDim]}: every {@code group}-th head from {@code member} on, as a strided view. */
    private static Tensor heads(Buffer buffer, int row, int count, int member, int group, AttentionShape shape) {
        var tensor = TorchBuffer.tensor(buffer);
        return tensor.narrow(0, row, count)
                .unflatten(1, shape.keyHeads(), (long) group * shape.headDim())
                .narrow(2, (long) member * shape.headDim(), shape.headDim())
                .transpose(0, 1);
    }

    /** {@code [keyHeads, count]} of the statistics {@code [N, heads]}. */
    private static Tensor statistics(Buffer logSumExp, Tile tile, int member, int group, AttentionShape shape) {
        return TorchBuffer.tensor(logSumExp)
                .narrow(0, tile.row(), tile.count())
                .unflatten(1, shape.keyHeads(), group)
                .select(2, member)
                .t();
    }

    private static Tensor wide(Tensor tensor) {
        return TorchTypes.wide(tensor);
    }

    private static Tensor narrowed(Tensor tensor, Tensor like) {
        return TorchTypes.same(tensor, like) ? tensor : tensor.to(like.scalar_type());
    }

    private static void check(AttentionShape shape, Segments segments, Buffer q, Buffer k, Buffer v, Buffer out) {
        var queries = segments.queries()[segments.count()];
        var keys = segments.keys()[segments.count()];
        Shapes.same("attention", q, out);
        Shapes.same("attention", k, v);
        Shapes.require(
                q.columns() == shape.heads() * shape.headDim(),
                "attention",
                "q",
                q,
                shape.heads() + " heads of " + shape.headDim());
        Shapes.require(
                k.columns() == shape.keyHeads() * shape.headDim(),
                "attention",
                "k",
                k,
                shape.keyHeads() + " heads of " + shape.headDim());
        Shapes.require(q.rows() == queries, "attention", "q", q, queries + " rows");
        Shapes.require(k.rows() == keys, "attention", "k", k, keys + " rows");
    }
}
