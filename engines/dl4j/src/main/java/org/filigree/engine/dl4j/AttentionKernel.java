package org.filigree.engine.dl4j;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.filigree.engine.AttentionShape;
import org.filigree.engine.Buffer;
import org.filigree.engine.Segments;

/**
 * Attention tile by tile: some queries of one head of one document against the keys that any of them may see. Scores are
 * never held whole; probabilities are computed again backward from the kept log-sum-exp (FlashAttention's backward,
 * arXiv 2205.14135). BLAS reads heads where they lie. Threads share the key heads: each writes its own dK and dV.
 */
final class AttentionKernel {

    private final Workers workers;
    private final Pool pool;

    AttentionKernel(Workers workers, Pool pool) {
        this.workers = workers;
        this.pool = pool;
    }

    private record Forward(NdBuffer q, NdBuffer k, NdBuffer v, NdBuffer out, NdBuffer logSumExp) {}

    private record Backward(NdBuffer dOut, NdBuffer dQ, NdBuffer dK, NdBuffer dV) {}

    void forward(AttentionShape shape, Segments segments, Buffer q, Buffer k, Buffer v, Buffer out, Buffer logSumExp) {
        var f = check("attention", shape, segments, q, k, v, out, logSumExp);
        overHeads(shape, segments, (document, head) -> {
            try (var loan = pool.borrow()) {
                for (var tile = AttentionTile.first(shape, segments, document); tile != null; tile = tile.next()) {
                    forward(shape, f, tile, head, loan.scratch());
                }
            }
        });
    }

    private static void forward(AttentionShape shape, Forward f, AttentionTile tile, int head, Scratch scratch) {
        var size = shape.headDim();
        var keyAt = keyColumn(shape, head);
        var width = tile.width();
        var elements = tile.count() * width;
        var p = scores(shape, f, tile, head, scratch);
        var sums = f.logSumExp.window(tile.row(), tile.count());
        var largest = scratch.array(1, tile.count());
        for (var i = 0; i < tile.count(); i++) {
            var row = i * width;
            var most = Vectors.largest(p, row + tile.firstSeen(i), tile.endSeen(i) - tile.firstSeen(i));
            for (var j = row; j < row + width; j++) {
                p[j] -= most;
            }
            largest[i] = most;
        }
        scratch.exp(p, elements);
        for (var i = 0; i < tile.count(); i++) {
            var row = i * width;
            blank(p, row, tile, i);
            var sum = Vectors.sum(p, row, width);
            var share = (float) (1 / sum);
            for (var j = row; j < row + width; j++) {
                p[j] *= share;
            }
            sums.put(i * f.logSumExp.stride() + head, (float) (largest[i] + Math.log(sum)));
        }
        scratch.values(elements).put(0, p, 0, elements);
        Blas.product(
                tile.count(),
                size,
                width,
                1,
                scratch.at(0),
                width,
                f.v.at(tile.firstKeyRow(), keyAt),
                f.v.stride(),
                0,
                f.out.at(tile.row(), head * size),
                f.out.stride());
    }

    /** Scaled scores {@code [count, width]}, as array 0. */
    private static float[] scores(AttentionShape shape, Forward f, AttentionTile tile, int head, Scratch scratch) {
        var elements = tile.count() * tile.width();
        // Backward keeps a second tile behind the first.
        var memory = scratch.values(2 * elements);
        Blas.productTransposed(
                tile.count(),
                tile.width(),
                shape.headDim(),
                shape.scale(),
                f.q.at(tile.row(), head * shape.headDim()),
                f.q.stride(),
                f.k.at(tile.firstKeyRow(), keyColumn(shape, head)),
                f.k.stride(),
                0,
                scratch.at(0),
                tile.width());
        var scores = scratch.array(0, elements);
        memory.get(0, scores, 0, elements);
        return scores;
    }

    /** Where the keys and values begin that a query head reads. */
    private static int keyColumn(AttentionShape shape, int head) {
        return head / (shape.heads() / shape.keyHeads()) * shape.headDim();
    }

    /** What a query does not see has probability zero, whatever its score. */
    private static void blank(float[] tileValues, int row, AttentionTile tile, int query) {
        Arrays.fill(tileValues, row, row + tile.firstSeen(query), 0);
        Arrays.fill(tileValues, row + tile.endSeen(query), row + tile.width(), 0);
    }

    void backward(
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
        var kernel = "attentionGradient";
        if (!Arrays.equals(segments.queries(), segments.keys())) {
            throw new IllegalArgumentException("attentionGradient: queries %s and keys %s must have the same offsets"
                    .formatted(Arrays.toString(segments.queries()), Arrays.toString(segments.keys())));
        }
        var f = check(kernel, shape, segments, q, k, v, out, logSumExp);
        var g = new Backward(
                Shapes.require(kernel, "dOut", dOut, q.rows(), q.columns()),
                Shapes.require(kernel, "dQ", dQ, q.rows(), q.columns()),
                Shapes.require(kernel, "dK", dK, k.rows(), k.columns()),
                Shapes.require(kernel, "dV", dV, k.rows(), k.columns()));
        var fill = new Movement(workers);
        fill.fill(g.dK, 0);
        fill.fill(g.dV, 0);
        overHeads(shape, segments, (document, head) -> {
            try (var loan = pool.borrow()) {
                for (var tile = AttentionTile.first(shape, segments, document); tile != null; tile = tile.next()) {
                    backward(shape, f, g, tile, head, loan.scratch());
                }
            }
        });
    }

    private static void backward(
            AttentionShape shape, Forward f, Backward g, AttentionTile tile, int head, Scratch scratch) {
        var size = shape.headDim();
        var at = head * size;
        var keyAt = keyColumn(shape, head);
        var width = tile.width();
        var elements = tile.count() * width;
        var p = scores(shape, f, tile, head, scratch);
        var sums = f.logSumExp.window(tile.row(), tile.count());
        for (var i = 0; i < tile.count(); i++) {
            var lse = sums.get(i * f.logSumExp.stride() + head);
            for (var j = i * width; j < (i + 1) * width; j++) {
                p[j] -= lse;
            }
        }
        scratch.exp(p, elements);
        var memory = scratch.values(2 * elements);
        FloatPointer dProbability = scratch.at(elements);
        Blas.productTransposed(
                tile.count(),
                width,
                size,
                1,
                g.dOut.at(tile.row(), at),
                g.dOut.stride(),
                f.v.at(tile.firstKeyRow(), keyAt),
                f.v.stride(),
                0,
                dProbability,
                width);
        var dScore = scratch.array(1, elements);
        memory.get(elements, dScore, 0, elements);
        var gradient = scratch.array(2, size);
        var result = scratch.array(3, size);
        var gradients = g.dOut.window(tile.row(), tile.count());
        var results = f.out.window(tile.row(), tile.count());
        var scale = (float) shape.scale();
        for (var i = 0; i < tile.count(); i++) {
            gradients.get(i * g.dOut.stride() + at, gradient, 0, size);
            results.get(i * f.out.stride() + at, result, 0, size);
            var along = (float) Vectors.dot(gradient, result, size);
            blank(p, i * width, tile, i);
            for (var j = i * width; j < (i + 1) * width; j++) {
                dScore[j] = p[j] * (dScore[j] - along) * scale;
            }
        }
        memory.put(0, p, 0, elements);
        memory.put(elements, dScore, 0, elements);
        Blas.transposedProduct(
                width,
                size,
                tile.count(),
                1,
                scratch.at(0),
                width,
                g.dOut.at(tile.row(), at),
                g.dOut.stride(),
                1,
                g.dV.at(tile.firstKeyRow(), keyAt),
                g.dV.stride());
        Blas.product(
                tile.count(),
                size,
                width,
                1,
                dProbability,
                width,
                f.k.at(tile.firstKeyRow(), keyAt),
                f.k.stride(),
                0,
                g.dQ.at(tile.row(), at),
                g.dQ.stride());
        Blas.transposedProduct(
                width,
                size,
                tile.count(),
                1,
                dProbability,
                width,
                f.q.at(tile.row(), at),
                f.q.stride(),
                1,
                g.dK.at(tile.firstKeyRow(), keyAt),
                g.dK.stride());
    }

    private interface Head {
        void run(int document, int head);
    }

    /** Every head of every document; the query heads of one key head stay with one thread, in their order. */
    private void overHeads(AttentionShape shape, Segments segments, Head work) {
        var group = shape.heads() / shape.keyHeads();
        workers.over(segments.count() * shape.keyHeads(), 1, (from, count) -> {
            for (var i = from; i < from + count; i++) {
                for (var member = 0; member < group; member++) {
                    work.run(i / shape.keyHeads(), i % shape.keyHeads() * group + member);
                }
            }
        });
    }

    private static Forward check(
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
        return new Forward(
                Shapes.require(kernel, "q", q, tokens, width),
                Shapes.require(kernel, "k", k, keys, keyWidth),
                Shapes.require(kernel, "v", v, keys, keyWidth),
                Shapes.require(kernel, "out", out, tokens, width),
                Shapes.require(kernel, "logSumExp", logSumExp, tokens, shape.heads()));
    }
}
