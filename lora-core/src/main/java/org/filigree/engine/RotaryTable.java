package org.filigree.engine;

import org.filigree.model.Rope;

/** Cosines and sines by position, computed once and grown when a longer document comes. */
final class RotaryTable {

    private final double[] frequencies;
    private float[] cos = {};
    private float[] sin = {};

    RotaryTable(Rope rope) {
        this.frequencies = rope.frequencies();
    }

    int width() {
        return frequencies.length;
    }

    /** Writes the rows of {@code positions}: {@code [N, headDim / 2]} each. */
    void write(int[] positions, Buffer cosines, Buffer sines) {
        var width = frequencies.length;
        var longest = 0;
        for (var position : positions) {
            longest = Math.max(longest, position + 1);
        }
        grow(longest);
        var c = new float[positions.length * width];
        var s = new float[positions.length * width];
        for (var i = 0; i < positions.length; i++) {
            System.arraycopy(cos, positions[i] * width, c, i * width, width);
            System.arraycopy(sin, positions[i] * width, s, i * width, width);
        }
        cosines.write(c, 0);
        sines.write(s, 0);
    }

    private void grow(int positions) {
        var width = frequencies.length;
        var known = cos.length / width;
        if (positions <= known) {
            return;
        }
        var size = Math.max(positions, 2 * known);
        cos = java.util.Arrays.copyOf(cos, size * width);
        sin = java.util.Arrays.copyOf(sin, size * width);
        for (var position = known; position < size; position++) {
            for (var i = 0; i < width; i++) {
                var angle = position * frequencies[i];
                cos[position * width + i] = (float) Math.cos(angle);
                sin[position * width + i] = (float) Math.sin(angle);
            }
        }
    }
}
