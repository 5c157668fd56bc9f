package org.filigree.engine.dl4j;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.filigree.engine.AttentionShape;
import org.filigree.engine.Buffer;
import org.filigree.engine.Segments;

/**
 * Attention's gradient, tile by tile as {@link AttentionKernel}: probabilities are computed again from the kept
 * log-sum-exp (FlashAttention's backward, arXiv 2205.14135). A key head's dK and dV are written by one thread.
 */
final class AttentionGradient {

    private final AttentionKernel forward;
    private final Movement movement;
    private final Pool pool;

    AttentionGradient(AttentionKernel forward, Movement movement, Pool pool) {
        this.forward = forward;
        this.movement = movement;
        this.pool = pool;
    }

    private record Backward(NdBuffer dOut, NdBuffer dQ, NdBuffer dK, NdBuffer dV) {}

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
        var f = AttentionKernel.check(kernel, shape, segments, q, k, v, out, logSumExp);
        var g = new Backward(
                Shapes.require(kernel, "dOut", dOut, q.rows(), q.columns()),
                Shapes.require(kernel, "dQ", dQ, q.rows(), q.columns()),
                Shapes.require(kernel, "dK", dK, k.rows(), k.columns()),
                Shapes.require(kernel, "dV", dV, k.rows(), k.columns()));
        movement.fill(g.dK, 0);
        movement.fill(g.dV, 0);
        forward.overHeads(shape, segments, (document, head) -> {
            try (var loan = pool.borrow()) {
                for (var tile = AttentionTile.first(shape, segments, document); tile != null; tile = tile.next()) {
                    backward(shape, f, g, tile, head, loan.scratch());
                }
            }
        });
    }

    private static void backward(
            AttentionShape shape,
            AttentionKernel.Forward f,
            Backward g,
            AttentionTile tile,
            int head,
            Scratch scratch) {
        var size = shape.headDim();
        var at = head * size;
        var keyAt = AttentionKernel.keyColumn(shape, head);
        var width = tile.width();
        var elements = tile.count() * width;
        var p = AttentionKernel.scores(shape, f, tile, head, scratch);
        var sums = f.logSumExp().window(tile.row(), tile.count());
        for (var i = 0; i < tile.count(); i++) {
            var lse = sums.get(i * f.logSumExp().stride() + head);
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
                f.v().at(tile.firstKeyRow(), keyAt),
                f.v().stride(),
                0,
                dProbability,
                width);
        var dScore = scratch.array(1, elements);
        memory.get(elements, dScore, 0, elements);
        var gradient = scratch.array(2, size);
        var result = scratch.array(3, size);
        var gradients = g.dOut.window(tile.row(), tile.count());
        var results = f.out().window(tile.row(), tile.count());
        var scale = (float) shape.scale();
        for (var i = 0; i < tile.count(); i++) {
            gradients.get(i * g.dOut.stride() + at, gradient, 0, size);
            results.get(i * f.out().stride() + at, result, 0, size);
            var along = (float) Vectors.dot(gradient, result, size);
            AttentionKernel.blank(p, i * width, tile, i);
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
                f.k().at(tile.firstKeyRow(), keyAt),
                f.k().stride(),
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
                f.q().at(tile.row(), at),
                f.q().stride(),
                1,
                g.dK.at(tile.firstKeyRow(), keyAt),
                g.dK.stride());
    }
}
