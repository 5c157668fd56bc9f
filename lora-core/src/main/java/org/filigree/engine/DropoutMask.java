package org.filigree.engine;

import org.filigree.lora.CounterRandom;

/**
 * Dropout masks as a pure function of (row's key, module, place in the row, column): the same after recomputation, a
 * retry, with other rows in the batch, on another engine.
 */
final class DropoutMask {

    private static final int LANES = 4;
    private static final int LANE_BITS = 16;
    private static final long LANE = (1L << LANE_BITS) - 1;

    private DropoutMask() {}

    /**
     * Fills {@code [count, width]} values from {@code at} on with 0 or {@code 1 / (1 - probability)}. The probability is
     * met to 1/65536: each draw of 64 bits serves four elements.
     */
    static void fill(float[] mask, int at, Rows.Span span, String module, int width, double probability) {
        var key = CounterRandom.key(span.row().dropoutKey(), CounterRandom.name(module));
        var dropped = Math.round(probability * (1L << LANE_BITS));
        var kept = (float) (1 / (1 - probability));
        for (var token : span.tokens()) {
            var first = (long) token * width;
            var bits = 0L;
            var drawn = -1L;
            for (var column = 0; column < width; column++) {
                var element = first + column;
                var draw = element / LANES;
                if (draw != drawn) {
                    bits = CounterRandom.bits(key, draw);
                    drawn = draw;
                }
                var lane = (bits >>> (element % LANES * LANE_BITS)) & LANE;
                mask[at++] = lane < dropped ? 0 : kept;
            }
        }
    }
}
