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
 * strided view and nothing is expanded. On a GPU {@link AlikeDocuments} takes what it has room for.
 */
final class AttentionKernel {

    private static final long[] SPREAD = {-1};

    private AttentionKernel() {}

    static void forward(
            AttentionShape shape, Segments segments, Buffer q, Buffer k, Buffer v, Buffer out, Buffer logSumExp) {
        check(shape, segments, q, k, v, out);
        var onCpu = TorchBuffer.tensor(q).is_cpu();
        for (var document = 0; document < segments.count(); document++) {
            var alike = onCpu ? null : AlikeDocuments.from(shape, segments, document);
            if (alike != null) {
                alike.forward(q, k, v, out, logSumExp);
                document += alike.documents() - 1;
                continue;
            }
            for (var run = QueryRun.first(shape, segments, document, onCpu); run != null; run = run.next()) {
                try (var scope = new PointerScope()) {
                    var scale = new Scalar(shape.scale());
                    var key = heads(k, run.keyRow(), run.seen(), 0, 1, shape);
                    var value = heads(v, run.keyRow(), run.seen(), 0, 1, shape);
                    var group = shape.heads() / shape.keyHeads();
                    for (var member = 0; member < group; member++) {
                        var query = heads(q, run.row(), run.count(), member, group, shape)
                                .mul(scale);
                        var scores = scores(shape, run, query, key);
                        var most = torch.amax(scores, SPREAD, true);
                        var sums = sum(scores.sub_(most).exp_());
                        torch.div_out(
                                heads(out, run.row(), run.count(), member, group, shape),
                                torch.bmm(TorchTypes.like(scores, value), value),
                                sums);
                        statistics(logSumExp, run, member, group, shape)
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
        var onCpu = TorchBuffer.tensor(q).is_cpu();
        for (var document = 0; document < segments.count(); document++) {
            var alike = onCpu ? null : AlikeDocuments.from(shape, segments, document);
            if (alike != null) {
                alike.backward(q, k, v, out, logSumExp, dOut, dQ, dK, dV);
                document += alike.documents() - 1;
                continue;
            }
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
        var onCpu = TorchBuffer.tensor(q).is_cpu();
        for (var run = QueryRun.first(shape, segments, document, onCpu); run != null; run = run.next()) {
            try (var scope = new PointerScope()) {
                var scale = new Scalar(shape.scale());
                var key = heads(k, run.keyRow(), run.seen(), 0, 1, shape);
                var value = heads(v, run.keyRow(), run.seen(), 0, 1, shape);
                var toKey = keySums.narrow(1, 0, run.seen());
                var toValue = valueSums.narrow(1, 0, run.seen());
                for (var member = 0; member < group; member++) {
                    var query = heads(q, run.row(), run.count(), member, group, shape)
                            .mul(scale);
                    var gradient = heads(dOut, run.row(), run.count(), member, group, shape);
                    var result = heads(out, run.row(), run.count(), member, group, shape);
                    var sums = statistics(logSumExp, run, member, group, shape).unsqueeze(2);
                    var probability = scores(shape, run, query, key).sub_(sums).exp_();
                    toValue.add_(torch.bmm(TorchTypes.like(probability, value).transpose(1, 2), gradient));
                    var along = sum(wide(gradient.mul(result)));
                    var dScores = TorchTypes.like(
                            wide(torch.bmm(gradient, value.transpose(1, 2)))
                                    .sub_(along)
                                    .mul_(probability),
                            value);
                    heads(dQ, run.row(), run.count(), member, group, shape)
                            .copy_(torch.bmm(dScores, key).mul_(scale));
                    toKey.add_(torch.bmm(dScores.transpose(1, 2), query));
                }
            }
        }
    }

    /** Masked scores {@code [keyHeads, count, seen]}. */
    private static Tensor scores(AttentionShape shape, QueryRun run, Tensor scaledQuery, Tensor key) {
        var scores = wide(torch.bmm(scaledQuery, key.transpose(1, 2)));
        if (!shape.causal()) {
            return scores;
        }
        if (shape.window() == 0) {
            // Only the square of the run's own keys is masked, and that mask is the same for every run.
            var mask = Masks.additive(scores, run.count(), run.count(), 0, 0);
            if (mask != null) {
                scores.narrow(2, run.place(), run.count()).add_(mask);
            }
            return scores;
        }
        var mask = Masks.additive(scores, run.count(), run.seen(), run.place(), shape.window());
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
    private static Tensor statistics(Buffer logSumExp, QueryRun run, int member, int group, AttentionShape shape) {
        return TorchBuffer.tensor(logSumExp)
                .narrow(0, run.row(), run.count())
                .unflatten(1, shape.keyHeads(), group)
                .select(2, member)
                .t();
    }

    private static Tensor wide(Tensor tensor) {
        return TorchTypes.wide(tensor);
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
