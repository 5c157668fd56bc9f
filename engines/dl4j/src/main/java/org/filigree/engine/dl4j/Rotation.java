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
            var source = x.window(from, count);
            var target = out.window(from, count);
            var cosines = cos.window(from, count);
            var sines = sin.window(from, count);
            var values = new float[x.columns()];
            var turned = new float[x.columns()];
            var c = new float[half];
            var s = new float[half];
            for (var r = 0; r < count; r++) {
                source.get(r * x.stride(), values, 0, values.length);
                cosines.get(r * cos.stride(), c, 0, half);
                sines.get(r * sin.stride(), s, 0, half);
                for (var i = 0; i < half; i++) {
                    s[i] *= sign;
                }
                for (var left = 0; left < values.length; left += headDim) {
                    var right = left + half;
                    for (var i = 0; i < half; i++) {
                        turned[left + i] = values[left + i] * c[i] - values[right + i] * s[i];
                        turned[right + i] = values[right + i] * c[i] + values[left + i] * s[i];
                    }
                }
                target.put(r * out.stride(), turned, 0, turned.length);
            }
        });
    }
}
