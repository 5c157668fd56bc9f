package org.filigree.engine.dl4j;

import org.filigree.engine.Buffer;

/** Rotary positions: each head's halves turned by the row's angles. */
final class Rotation {

    private static final int BLOCK = 1 << 12;

    private final Workers workers;

    Rotation(Workers workers) {
        this.workers = workers;
    }

    void rotary(Buffer xBuffer, int headDim, Buffer cosBuffer, Buffer sinBuffer, boolean inverse, Buffer outBuffer) {
        var x = Shapes.floats("rotary", "x", xBuffer);
        if (headDim <= 0 || headDim % 2 != 0 || x.columns() % headDim != 0) {
            throw new IllegalArgumentException(
                    "rotary: x has %d columns, wanted a multiple of an even head dimension, found %d"
                            .formatted(x.columns(), headDim));
        }
        var half = headDim / 2;
        var cos = Shapes.require("rotary", "cos", cosBuffer, x.rows(), half);
        var sin = Shapes.require("rotary", "sin", sinBuffer, x.rows(), half);
        var out = Shapes.require("rotary", "out", outBuffer, x.rows(), x.columns());
        var sign = inverse ? -1f : 1f;
        workers.over(x.rows(), Movement.fewestRows(x.columns()), (from, count) -> {
            var step = Math.max(1, BLOCK / x.columns());
            var values = new float[Math.min(step, count) * x.columns()];
            var turned = new Turned(x.columns(), headDim, sign);
            for (var row = from; row < from + count; row += step) {
                var rows = Math.min(step, from + count - row);
                var cosines = cos.window(row, rows);
                var sines = sin.window(row, rows);
                x.load(row, rows, values);
                for (var r = 0; r < rows; r++) {
                    cosines.get(r * cos.stride(), turned.cosines, 0, half);
                    sines.get(r * sin.stride(), turned.sines, half, half);
                    turned.row(values, r * x.columns());
                }
                out.store(row, rows, values);
            }
        });
    }

    /** One row as three products with one index: what stands beside each value, and what both are multiplied by. */
    private static final class Turned {
        private final int headDim;
        private final float sign;
        private final float[] given;
        private final float[] opposite;
        private final float[] cosines;
        private final float[] sines;

        Turned(int width, int headDim, float sign) {
            this.headDim = headDim;
            this.sign = sign;
            given = new float[width];
            opposite = new float[width];
            cosines = new float[width];
            sines = new float[width];
        }

        /** Turns in place, by the cosines in the first half of the first head and the sines in its second half. */
        void row(float[] values, int at) {
            var half = headDim / 2;
            System.arraycopy(cosines, 0, cosines, half, half);
            for (var i = 0; i < half; i++) {
                sines[half + i] *= sign;
                sines[i] = -sines[half + i];
            }
            for (var head = 0; head < given.length; head += headDim) {
                System.arraycopy(values, at + head, opposite, head + half, half);
                System.arraycopy(values, at + head + half, opposite, head, half);
                if (head > 0) {
                    System.arraycopy(cosines, 0, cosines, head, headDim);
                    System.arraycopy(sines, 0, sines, head, headDim);
                }
            }
            System.arraycopy(values, at, given, 0, given.length);
            turn(given, opposite, cosines, sines);
            System.arraycopy(given, 0, values, at, given.length);
        }

        private static void turn(float[] given, float[] opposite, float[] cosines, float[] sines) {
            for (var i = 0; i < given.length; i++) {
                given[i] = given[i] * cosines[i] + opposite[i] * sines[i];
            }
        }
    }
}
