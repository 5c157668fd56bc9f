package org.filigree.engine.dl4j;

import org.filigree.engine.Buffer;

/** Copies, sums and rows of tables: memory speed is all there is to them. */
final class Movement {

    /** Fewest elements worth a thread. */
    private static final int FEWEST = 1 << 15;

    private static final int BLOCK = 1 << 12;

    private final Workers workers;

    Movement(Workers workers) {
        this.workers = workers;
    }

    /** Fewest rows of that width worth a thread. */
    static int fewestRows(int columns) {
        return Math.max(1, FEWEST / Math.max(1, columns));
    }

    void copy(Buffer fromBuffer, Buffer toBuffer) {
        var from = Shapes.floats("copy", "from", fromBuffer);
        var to = Shapes.require("copy", "to", toBuffer, from.rows(), from.columns());
        workers.over(from.rows(), fewestRows(from.columns()), (first, count) -> {
            var source = from.window(first, count);
            var target = to.window(first, count);
            for (var r = 0; r < count; r++) {
                target.put(r * to.stride(), source, r * from.stride(), from.columns());
            }
        });
    }

    void fill(Buffer buffer, double value) {
        var target = Shapes.floats("fill", "buffer", buffer);
        workers.over(target.rows(), fewestRows(target.columns()), (first, count) -> {
            var window = target.window(first, count);
            for (var r = 0; r < count; r++) {
                for (int i = r * target.stride(), end = i + target.columns(); i < end; i++) {
                    window.put(i, (float) value);
                }
            }
        });
    }

    void add(Buffer aBuffer, Buffer bBuffer, Buffer outBuffer) {
        var a = Shapes.floats("add", "a", aBuffer);
        var b = Shapes.require("add", "b", bBuffer, a.rows(), a.columns());
        var out = Shapes.require("add", "out", outBuffer, a.rows(), a.columns());
        addScaled(1, b, a, out);
    }

    void addScaled(double alpha, Buffer xBuffer, Buffer yBuffer) {
        var x = Shapes.floats("addScaled", "x", xBuffer);
        var y = Shapes.require("addScaled", "y", yBuffer, x.rows(), x.columns());
        addScaled((float) alpha, x, y, y);
    }

    /** {@code out = alpha * x + y}, in blocks that stay in the cache. */
    private void addScaled(float alpha, NdBuffer x, NdBuffer y, NdBuffer out) {
        var step = Math.max(1, BLOCK / Math.max(1, x.columns()));
        workers.over(x.rows(), fewestRows(x.columns()), (first, count) -> {
            var n = Math.min(step, count) * x.columns();
            var added = new float[n];
            var sum = new float[n];
            for (var row = first; row < first + count; row += step) {
                var rows = Math.min(step, first + count - row);
                x.load(row, rows, added);
                y.load(row, rows, sum);
                addScaled(alpha, added, sum);
                out.store(row, rows, sum);
            }
        });
    }

    private static void addScaled(float alpha, float[] added, float[] sum) {
        for (var i = 0; i < sum.length; i++) {
            sum[i] += alpha * added[i];
        }
    }

    void gatherRows(Buffer tableBuffer, int[] rows, Buffer outBuffer, boolean accumulate) {
        var table = Shapes.floats("gatherRows", "table", tableBuffer);
        var out = Shapes.require("gatherRows", "out", outBuffer, rows.length, table.columns());
        Shapes.rows("gatherRows", rows, table.rows());
        workers.over(rows.length, fewestRows(table.columns()), (first, count) -> {
            var target = out.window(first, count);
            for (var r = 0; r < count; r++) {
                var source = table.window(rows[first + r], 1);
                var begin = r * out.stride();
                if (accumulate) {
                    for (var c = 0; c < table.columns(); c++) {
                        target.put(begin + c, target.get(begin + c) + source.get(c));
                    }
                } else {
                    target.put(begin, source, 0, table.columns());
                }
            }
        });
    }

    /** Columns are cut among the threads, so that each table element is summed in the order of the rows. */
    void scatterAddRows(Buffer fromBuffer, int[] rows, Buffer tableBuffer) {
        var table = Shapes.floats("scatterAddRows", "table", tableBuffer);
        var from = Shapes.require("scatterAddRows", "from", fromBuffer, rows.length, table.columns());
        Shapes.rows("scatterAddRows", rows, table.rows());
        workers.over(table.columns(), fewestRows(rows.length), (first, count) -> {
            var source = from.window(0, rows.length);
            for (var r = 0; r < rows.length; r++) {
                var target = table.window(rows[r], 1);
                for (var c = first; c < first + count; c++) {
                    target.put(c, target.get(c) + source.get(r * from.stride() + c));
                }
            }
        });
    }

    /** {@code total += sum over rows}; columns are cut among the threads. */
    void sumRows(Buffer xBuffer, Buffer totalBuffer) {
        var x = Shapes.floats("sumRows", "x", xBuffer);
        var total = Shapes.require("sumRows", "total", totalBuffer, 1, x.columns());
        workers.over(x.columns(), fewestRows(x.rows()), (first, count) -> {
            var source = x.window(0, x.rows());
            var sums = new double[count];
            for (var r = 0; r < x.rows(); r++) {
                for (var c = 0; c < count; c++) {
                    sums[c] += source.get(r * x.stride() + first + c);
                }
            }
            addTo(total, first, sums);
        });
    }

    /** Adds to elements of a row vector, of which no other thread writes these. */
    static void addTo(NdBuffer total, int first, double[] sums) {
        var target = total.window(0, 1);
        for (var c = 0; c < sums.length; c++) {
            target.put(first + c, (float) (target.get(first + c) + sums[c]));
        }
    }
}
