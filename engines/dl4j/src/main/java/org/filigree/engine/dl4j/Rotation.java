package org.filigree.engine.dl4j;

import org.filigree.engine.Buffer;

/** Rotary positions: each head's halves turned by the row's angles. */
final class Rotation {

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
            var width = x.columns();
            var values = new float[width];
            var swapped = new float[width];
            var cosines = new float[width];
            var sines = new float[width];
            for (var r = from; r < from + count; r++) {
                x.load(r, 1, values);
                var c = cos.window(r, 1);
                var s = sin.window(r, 1);
                for (var left = 0; left < width; left += headDim) {
                    var right = left + half;
                    System.arraycopy(values, left, swapped, right, half);
                    System.arraycopy(values, right, swapped, left, half);
                    if (left == 0) {
                        c.get(0, cosines, 0, half);
                        c.get(0, cosines, half, half);
                        s.get(0, sines, half, half);
                        for (var i = 0; i < half; i++) {
                            sines[half + i] *= sign;
                            sines[i] = -sines[half + i];
                        }
                    } else {
                        System.arraycopy(cosines, 0, cosines, left, headDim);
                        System.arraycopy(sines, 0, sines, left, headDim);
                    }
                }
                for (var i = 0; i < width; i++) {
                    values[i] = values[i] * cosines[i] + swapped[i] * sines[i];
                }
                out.store(r, 1, values);
            }
        });
    }
}
