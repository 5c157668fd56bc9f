package org.filigree.engine.dl4j.device;

import java.util.Arrays;
import org.filigree.engine.AttentionShape;
import org.filigree.engine.Buffer;
import org.filigree.engine.Segments;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Attention one document and key head at a time, the query heads of a key head one below the other: so all is products
 * of two matrices, and gradients of a key head are summed over its query heads by the product itself.
 */
final class Attention {

    /** Instead of minus infinity, which times 0 is not a number. */
    private static final double NEVER = 1e30;

    private Attention() {}

    private record Operands(
            AttentionShape shape, DeviceBuffer q, DeviceBuffer k, DeviceBuffer v, DeviceBuffer out, DeviceBuffer lse) {}

    /** One document and key head. */
    private record Part(AttentionShape shape, int row, int queries, int keyRow, int keys, int keyHead) {

        int group() {
            return shape.heads() / shape.keyHeads();
        }

        /** {@code [group, queries, size]}, written through. */
        INDArray ofQueries(DeviceBuffer buffer, int size) {
            return buffer.parts(row, queries, keyHead * group() * size, group(), size);
        }

        /** {@code [group * queries, size]}, a copy. */
        INDArray stacked(DeviceBuffer buffer, int size, Temporaries t) {
            return t.own(ofQueries(buffer, size).dup('c')).reshape('c', (long) group() * queries, size);
        }

        void unstack(INDArray values, DeviceBuffer into, int size, Temporaries t) {
            var rows = t.own(values.dup('c'));
            ofQueries(into, size).assign(rows.reshape('c', group(), queries, size));
        }

        /** {@code [keys, headDim]}, written through. */
        INDArray ofKeys(DeviceBuffer buffer) {
            return buffer.rows(keyRow, keys)
                    .columns(keyHead * shape.headDim(), shape.headDim())
                    .array();
        }
    }

    private interface Work {
        void run(Part part, INDArray mask, Temporaries t);
    }

    private static void overParts(AttentionShape shape, Segments segments, Work work) {
        for (var d = 0; d < segments.count(); d++) {
            var queries = segments.queryLength(d);
            var keys = segments.keyLength(d);
            if (queries == 0) {
                continue;
            }
            try (var ofDocument = new Temporaries()) {
                var mask = mask(shape, queries, keys, ofDocument);
                for (var head = 0; head < shape.keyHeads(); head++) {
                    try (var t = new Temporaries()) {
                        var part = new Part(shape, segments.queries()[d], queries, segments.keys()[d], keys, head);
                        work.run(part, mask, t);
                    }
                }
            }
        }
    }

    /** 1 where a query sees a key, else 0, for a stack of query heads; null where all see all. */
    private static INDArray mask(AttentionShape shape, int queries, int keys, Temporaries t) {
        if (!shape.causal()) {
            return null;
        }
        var places = t.own(Nd4j.arange(keys - queries, keys)).reshape('c', queries, 1);
        var back = t.own(places.sub(t.own(Nd4j.arange(keys)).reshape('c', 1, keys)));
        var sees = t.own(t.own(back.gte(0)).castTo(DataType.FLOAT));
        if (shape.window() > 0) {
            sees.muli(t.own(t.own(back.lt(shape.window())).castTo(DataType.FLOAT)));
        }
        var group = shape.heads() / shape.keyHeads();
        return group == 1 ? sees : t.own(Nd4j.tile(sees, group, 1));
    }

    /** Scaled scores {@code [group * queries, keys]}. */
    private static INDArray scores(Operands o, Part part, INDArray mask, INDArray q, Temporaries t) {
        var scores = t.own(q.mmul(part.ofKeys(o.k).transpose())).muli(o.shape.scale());
        return mask == null ? scores : scores.muli(mask).addi(t.own(mask.sub(1)).muli(NEVER));
    }

    static void forward(
            AttentionShape shape, Segments segments, Buffer q, Buffer k, Buffer v, Buffer out, Buffer logSumExp) {
        var o = check("attention", shape, segments, q, k, v, out, logSumExp);
        overParts(shape, segments, (part, mask, t) -> {
            var scores = scores(o, part, mask, part.stacked(o.q, shape.headDim(), t), t);
            var largest = t.own(scores.max(true, 1));
            var p = Transforms.exp(scores.subi(largest), false);
            var sums = t.own(p.sum(true, 1));
            p.divi(sums);
            part.unstack(t.own(p.mmul(part.ofKeys(o.v))), o.out, shape.headDim(), t);
            part.unstack(Transforms.log(sums, false).addi(largest), o.lse, 1, t);
        });
    }

    static void gradient(
            AttentionShape shape,
            Segments segments,
            Buffer q,
            Buffer k,
            Buffer v,
            Buffer out,
            Buffer logSumExp,
            Buffer dOutIn,
            Buffer dQIn,
            Buffer dKIn,
            Buffer dVIn) {
        var kernel = "attentionGradient";
        if (!Arrays.equals(segments.queries(), segments.keys())) {
            throw new IllegalArgumentException("attentionGradient: queries %s and keys %s must have the same offsets"
                    .formatted(Arrays.toString(segments.queries()), Arrays.toString(segments.keys())));
        }
        var o = check(kernel, shape, segments, q, k, v, out, logSumExp);
        var dOut = Shapes.require(kernel, "dOut", dOutIn, q.rows(), q.columns());
        var dQ = Shapes.require(kernel, "dQ", dQIn, q.rows(), q.columns());
        var dK = Shapes.require(kernel, "dK", dKIn, k.rows(), k.columns());
        var dV = Shapes.require(kernel, "dV", dVIn, k.rows(), k.columns());
        var size = shape.headDim();
        overParts(shape, segments, (part, mask, t) -> {
            var query = part.stacked(o.q, size, t);
            var slope = part.stacked(dOut, size, t);
            var p = scores(o, part, mask, query, t);
            Transforms.exp(p.subi(part.stacked(o.lse, 1, t)), false);
            part.ofKeys(dV).assign(t.own(p.transpose().mmul(slope)));
            var mean = t.own(part.stacked(o.out, size, t).muli(slope).sum(true, 1));
            var dScores = t.own(slope.mmul(part.ofKeys(o.v).transpose())).subi(mean);
            dScores.muli(p).muli(shape.scale());
            part.unstack(t.own(dScores.mmul(part.ofKeys(o.k))), dQ, size, t);
            part.ofKeys(dK).assign(t.own(dScores.transpose().mmul(query)));
        });
    }

    private static Operands check(
            String kernel,
            AttentionShape shape,
            Segments segments,
            Buffer q,
            Buffer k,
            Buffer v,
            Buffer out,
            Buffer logSumExp) {
        for (var d = 0; d < segments.count(); d++) {
            var queries = segments.queryLength(d);
            var keys = segments.keyLength(d);
            if (queries < 0 || (queries > 0 && keys <= 0) || (shape.causal() && keys < queries)) {
                throw new IllegalArgumentException("%s: document %d has %d queries and %d keys, a query would see none"
                        .formatted(kernel, d, queries, keys));
            }
        }
        var tokens = segments.queries()[segments.count()];
        var keys = segments.keys()[segments.count()];
        var width = shape.heads() * shape.headDim();
        var keyWidth = shape.keyHeads() * shape.headDim();
        return new Operands(
                shape,
                Shapes.require(kernel, "q", q, tokens, width),
                Shapes.require(kernel, "k", k, keys, keyWidth),
                Shapes.require(kernel, "v", v, keys, keyWidth),
                Shapes.require(kernel, "out", out, tokens, width),
                Shapes.require(kernel, "logSumExp", logSumExp, tokens, shape.heads()));
    }
}
