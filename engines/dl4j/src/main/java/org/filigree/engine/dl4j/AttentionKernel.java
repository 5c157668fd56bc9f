package org.filigree.engine.dl4j;

import java.util.Arrays;
import org.filigree.engine.AttentionShape;
import org.filigree.engine.Buffer;
import org.filigree.engine.Segments;

/**
 * Attention tile by tile: some queries of one head of one document against the keys that any of them may see. Scores are
 * never held whole. BLAS reads heads where they lie. Threads share the key heads.
 */
final class AttentionKernel {

    private final Workers workers;
    private final Pool pool;

    AttentionKernel(Workers workers, Pool pool) {
        this.workers = workers;
        this.pool = pool;
    }

    record Forward(NdBuffer q, NdBuffer k, NdBuffer v, NdBuffer out, NdBuffer logSumExp) {}

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
    static float[] scores(AttentionShape shape, Forward f, AttentionTile tile, int head, Scratch scratch) {
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
    static int keyColumn(AttentionShape shape, int head) {
        return head / (shape.heads() / shape.keyHeads()) * shape.headDim();
    }

    /** What a query does not see has probability zero, whatever its score. */
    static void blank(float[] tileValues, int row, AttentionTile tile, int query) {
        Arrays.fill(tileValues, row, row + tile.firstSeen(query), 0);
        Arrays.fill(tileValues, row + tile.endSeen(query), row + tile.width(), 0);
    }

    interface Head {
        void run(int document, int head);
    }

    /** Every head of every document; the query heads of one key head stay with one thread, in their order. */
    void overHeads(AttentionShape shape, Segments segments, Head work) {
        var group = shape.heads() / shape.keyHeads();
        workers.over(segments.count() * shape.keyHeads(), 1, (from, count) -> {
            for (var i = from; i < from + count; i++) {
                for (var member = 0; member < group; member++) {
                    work.run(i / shape.keyHeads(), i % shape.keyHeads() * group + member);
                }
            }
        });
    }

    static Forward check(
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
