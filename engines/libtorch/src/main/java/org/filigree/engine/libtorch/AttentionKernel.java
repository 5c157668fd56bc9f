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
 * Attention document by document and in runs of queries that see only the keys up to their last: scores of a long
 * document are never held whole, and most of a causal mask's upper half is never computed. Probabilities are computed again
 * backward from the kept log-sum-exp (FlashAttention's backward, arXiv 2205.14135). Products have the activations' type,
 * scores and sums over runs float32. Query heads that share a key head are taken in turn: then every operand is a
 * strided view and nothing is expanded.
 */
final class AttentionKernel {

    /** Most scores held at once, in elements. */
    private static final long TILE = 1 << 21;

    /** Queries of a run: fewer waste less of the mask, more make better products. */
    private static final int QUERIES = 128;

    private static final long[] SPREAD = {-1};

    private AttentionKernel() {}

    static void forward(
            AttentionShape shape, Segments segments, Buffer q, Buffer k, Buffer v, Buffer out, Buffer logSumExp) {
        check(shape, segments, q, k, v, out);
        for (var document = 0; document < segments.count(); document++) {
            for (var tile = Tile.first(shape, segments, document); tile != null; tile = tile.next()) {
                try (var scope = new PointerScope()) {
                    var scale = new Scalar(shape.scale());
                    var key = heads(k, tile.keyRow(), tile.seen(), 0, 1, shape);
                    var value = heads(v, tile.keyRow(), tile.seen(), 0, 1, shape);
                    var group = shape.heads() / shape.keyHeads();
                    for (var member = 0; member < group; member++) {
                        var query = heads(q, tile.row(), tile.count(), member, group, shape)
                                .mul(scale);
                        var scores = scores(shape, tile, query, key);
                        var most = torch.amax(scores, SPREAD, true);
                        var sums = sum(scores.sub_(most).exp_());
                        torch.div_out(
                                heads(out, tile.row(), tile.count(), member, group, shape),
                                torch.bmm(narrowed(scores, value), value),
                                sums);
                        statistics(logSumExp, tile, member, group, shape)
                                .copy_(sums.log_().add_(most).squeeze(2));
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
            var keyRow = segments.keys()[document];
            var keys = segments.keyLength(document);
            try (var sums = new PointerScope()) {
                var toKeys = heads(dK, keyRow, keys, 0, 1, shape);
                var toValues = heads(dV, keyRow, keys, 0, 1, shape);
                var keySums = wide(toKeys);
                var valueSums = wide(toValues);
                backward(shape, segments, document, q, k, v, out, logSumExp, dOut, dQ, keySums, valueSums);
                toKeys.copy_(keySums);
                toValues.copy_(valueSums);
            }
        }
    }

    private static void backward(
            AttentionShape shape,
            Segments segments,
            int document,
            Buffer q,
            Buffer k,
            Buffer v,
            Buffer out,
            Buffer logSumExp,
            Buffer dOut,
            Buffer dQ,
            Tensor keySums,
            Tensor valueSums) {
        var group = shape.heads() / shape.keyHeads();
        for (var tile = Tile.first(shape, segments, document); tile != null; tile = tile.next()) {
            try (var scope = new PointerScope()) {
                var scale = new Scalar(shape.scale());
                var key = heads(k, tile.keyRow(), tile.seen(), 0, 1, shape);
                var value = heads(v, tile.keyRow(), tile.seen(), 0, 1, shape);
                var toKey = keySums.narrow(1, 0, tile.seen());
                var toValue = valueSums.narrow(1, 0, tile.seen());
                for (var member = 0; member < group; member++) {
                    var query = heads(q, tile.row(), tile.count(), member, group, shape)
                            .mul(scale);
                    var gradient = heads(dOut, tile.row(), tile.count(), member, group, shape);
                    var result = heads(out, tile.row(), tile.count(), member, group, shape);
                    var sums = statistics(logSumExp, tile, member, group, shape).unsqueeze(2);
                    var probability = scores(shape, tile, query, key).sub_(sums).exp_();
                    toValue.add_(torch.bmm(narrowed(probability, value).transpose(1, 2), gradient));
                    var along = sum(wide(gradient.mul(result)));
                    var dScores = narrowed(
                            wide(torch.bmm(gradient, value.transpose(1, 2)))
                                    .sub_(along)
                                    .mul_(probability),
                            value);
                    heads(dQ, tile.row(), tile.count(), member, group, shape)
                            .copy_(torch.bmm(dScores, key).mul_(scale));
                    toKey.add_(torch.bmm(dScores.transpose(1, 2), query));
                }
            }
        }
    }

    /** A run of queries of one document. */
    private record Tile(AttentionShape shape, Segments segments, int document, int from, int count, int most) {

        static Tile first(AttentionShape shape, Segments segments, int document) {
            var queries = segments.queryLength(document);
            if (queries == 0) {
                return null;
            }
            var room = TILE / Math.max(1, (long) shape.keyHeads() * segments.keyLength(document));
            var most = (int) Math.max(1, Math.min(QUERIES, room));
            return new Tile(shape, segments, document, 0, Math.min(most, queries), most);
        }

        Tile next() {
            var start = from + count;
            var left = segments.queryLength(document) - start;
            return left <= 0 ? null : new Tile(shape, segments, document, start, Math.min(most, left), most);
        }

        int row() {
            return segments.queries()[document] + from;
        }

        int keyRow() {
            return segments.keys()[document];
        }

        /** Keys from the document's first on that any query of the run sees. */
        int seen() {
            return shape.causal() ? place() + count : segments.keyLength(document);
        }

        /** The key at the place of the tile's first query. */
        int place() {
            return segments.keyLength(document) - segments.queryLength(document) + from;
        }
    }

    /** Masked scores {@code [keyHeads, count, seen]}. */
    private static Tensor scores(AttentionShape shape, Tile tile, Tensor scaledQuery, Tensor key) {
        var scores = wide(torch.bmm(scaledQuery, key.transpose(1, 2)));
        if (!shape.causal()) {
            return scores;
        }
        if (shape.window() == 0) {
            // Only the square of the run's own keys is masked, and that mask is the same for every run.
            var mask = Masks.additive(tile.count(), tile.count(), 0, 0);
            if (mask != null) {
                scores.narrow(2, tile.place(), tile.count()).add_(mask);
            }
            return scores;
        }
        var mask = Masks.additive(tile.count(), tile.seen(), tile.place(), shape.window());
        return mask == null ? scores : scores.add_(mask);
    }

    private static Tensor sum(Tensor values) {
        return torch.sum(values, SPREAD, true, new ScalarTypeOptional());
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
