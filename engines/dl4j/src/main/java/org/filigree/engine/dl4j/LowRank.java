package org.filigree.engine.dl4j;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.filigree.engine.Buffer;

/** The low-rank part of a linear layer, with dropout applied on the way in and on the way back. */
final class LowRank {

    private static final int FEWEST_ROWS = 64;

    /** Rows whose masked input is held at once. */
    private static final int BLOCK = 128;

    private final Workers workers;
    private final Pool pool;

    LowRank(Workers workers, Pool pool) {
        this.workers = workers;
        this.pool = pool;
    }

    private record Operands(NdBuffer x, NdBuffer mask, NdBuffer a, NdBuffer b, NdBuffer u, NdBuffer out) {

        static Operands of(
                String kernel, Buffer x, Buffer mask, Buffer a, Buffer b, Buffer u, String name, Buffer out) {
            var input = Shapes.floats(kernel, "x", x);
            var down = Shapes.require(kernel, "a", a, a.rows(), input.columns());
            var up = Shapes.require(kernel, "b", b, b.rows(), down.rows());
            return new Operands(
                    input,
                    Shapes.orNull(kernel, "mask", mask, input.rows(), input.columns()),
                    down,
                    up,
                    Shapes.require(kernel, "u", u, input.rows(), down.rows()),
                    Shapes.require(kernel, name, out, input.rows(), up.rows()));
        }

        int rank() {
            return a.rows();
        }
    }

    void forward(Buffer x, Buffer mask, Buffer a, Buffer b, double scale, Buffer u, Buffer out) {
        var o = Operands.of("lowRank", x, mask, a, b, u, "out", out);
        workers.over(o.x.rows(), FEWEST_ROWS, (from, count) -> {
            try (var loan = pool.borrow()) {
                var step = o.mask == null ? count : BLOCK;
                for (var row = from; row < from + count; row += step) {
                    var rows = Math.min(step, from + count - row);
                    Blas.productTransposed(
                            rows,
                            o.rank(),
                            o.x.columns(),
                            1,
                            input(o, loan.scratch(), row, rows, 0, o.x.columns()),
                            o.mask == null ? o.x.stride() : o.x.columns(),
                            o.a.at(0, 0),
                            o.a.stride(),
                            0,
                            o.u.at(row, 0),
                            o.u.stride());
                }
                Blas.productTransposed(
                        count,
                        o.b.rows(),
                        o.rank(),
                        scale,
                        o.u.at(from, 0),
                        o.u.stride(),
                        o.b.at(0, 0),
                        o.b.stride(),
                        1,
                        o.out.at(from, 0),
                        o.out.stride());
            }
        });
    }

    /** {@code x * mask} of a rectangle, packed into scratch memory; {@code x} where it lies without a mask. */
    private static FloatPointer input(Operands o, Scratch scratch, int row, int rows, int column, int columns) {
        if (o.mask == null) {
            return o.x.at(row, column);
        }
        var n = rows * columns;
        var dropped = scratch.array(0, n);
        var kept = scratch.array(1, n);
        o.x.columns(column, columns).load(row, rows, dropped);
        o.mask.columns(column, columns).load(row, rows, kept);
        Vectors.multiply(dropped, kept, n);
        scratch.values(n).put(0, dropped, 0, n);
        return scratch.at(0);
    }

    void gradient(
            Buffer dOut,
            Buffer x,
            Buffer mask,
            Buffer u,
            Buffer a,
            Buffer b,
            double scale,
            Buffer dABuffer,
            Buffer dBBuffer,
            Buffer dXBuffer) {
        var kernel = "lowRankGradient";
        var o = Operands.of(kernel, x, mask, a, b, u, "dOut", dOut);
        var dA = Shapes.require(kernel, "dA", dABuffer, o.a.rows(), o.a.columns());
        var dB = Shapes.require(kernel, "dB", dBBuffer, o.b.rows(), o.b.columns());
        var dX = Shapes.orNull(kernel, "dX", dXBuffer, o.x.rows(), o.x.columns());
        try (var shared = pool.borrow()) {
            var du = shared.scratch().memory(o.x.rows() * o.rank());
            workers.over(o.x.rows(), FEWEST_ROWS, (from, count) -> throughInput(o, scale, du, dX, from, count));
            // Each thread sums over all tokens, for rows of dB and columns of dA that are its own.
            workers.over(o.b.rows(), FEWEST_ROWS, (from, count) -> {
                Blas.transposedProduct(
                        count,
                        o.rank(),
                        o.x.rows(),
                        scale,
                        o.out.at(0, from),
                        o.out.stride(),
                        o.u.at(0, 0),
                        o.u.stride(),
                        1,
                        dB.at(from, 0),
                        dB.stride());
            });
            workers.over(o.x.columns(), FEWEST_ROWS, (from, count) -> throughDown(o, du, dA, from, count));
        }
    }

    /** {@code du = scale * dOut B} and {@code dX += (du A) * mask}, for some rows. */
    private void throughInput(Operands o, double scale, FloatPointer du, NdBuffer dX, int from, int count) {
        var mine = new FloatPointer(du).position((long) from * o.rank());
        Blas.product(
                count,
                o.rank(),
                o.b.rows(),
                scale,
                o.out.at(from, 0),
                o.out.stride(),
                o.b.at(0, 0),
                o.b.stride(),
                0,
                mine,
                o.rank());
        if (dX == null) {
            return;
        }
        if (o.mask == null) {
            Blas.product(
                    count,
                    o.x.columns(),
                    o.rank(),
                    1,
                    mine,
                    o.rank(),
                    o.a.at(0, 0),
                    o.a.stride(),
                    1,
                    dX.at(from, 0),
                    dX.stride());
            return;
        }
        try (var loan = pool.borrow()) {
            for (var row = from; row < from + count; row += BLOCK) {
                var rows = Math.min(BLOCK, from + count - row);
                var n = rows * o.x.columns();
                var memory = loan.scratch().values(n);
                Blas.product(
                        rows,
                        o.x.columns(),
                        o.rank(),
                        1,
                        new FloatPointer(du).position((long) row * o.rank()),
                        o.rank(),
                        o.a.at(0, 0),
                        o.a.stride(),
                        0,
                        loan.scratch().at(0),
                        o.x.columns());
                addMasked(loan.scratch(), memory, o.mask, dX, row, rows);
            }
        }
    }

    /** {@code dX += memory * mask}, for some rows. */
    private static void addMasked(Scratch scratch, FloatBuffer memory, NdBuffer mask, NdBuffer dX, int row, int rows) {
        var n = rows * dX.columns();
        var added = scratch.array(0, n);
        var kept = scratch.array(1, n);
        var sum = scratch.array(2, n);
        memory.get(0, added, 0, n);
        mask.load(row, rows, kept);
        dX.load(row, rows, sum);
        for (var i = 0; i < n; i++) {
            sum[i] += added[i] * kept[i];
        }
        dX.store(row, rows, sum);
    }

    /** {@code dA += du' (x * mask)}, for some columns. */
    private void throughDown(Operands o, FloatPointer du, NdBuffer dA, int from, int count) {
        try (var loan = pool.borrow()) {
            var step = o.mask == null ? o.x.rows() : BLOCK;
            for (var row = 0; row < o.x.rows(); row += step) {
                var rows = Math.min(step, o.x.rows() - row);
                Blas.transposedProduct(
                        o.rank(),
                        count,
                        rows,
                        1,
                        new FloatPointer(du).position((long) row * o.rank()),
                        o.rank(),
                        input(o, loan.scratch(), row, rows, from, count),
                        o.mask == null ? o.x.stride() : count,
                        1,
                        dA.at(0, from),
                        dA.stride());
            }
        }
    }
}
