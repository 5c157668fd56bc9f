package org.filigree.engine.dl4j;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/**
 * e to the power of many floats, to about 2^-23 of each: {@code x = n ln 2 + r}, a polynomial for e^r, and n added to the
 * exponent's bits. ND4J calls the C library element by element, at 1.5 ns each; these loops the compiler turns into vector
 * instructions, at 0.5 ns. It cannot do so for {@code Float.floatToRawIntBits}, hence the bits go through memory that is
 * seen as floats and as integers.
 */
final class Exponentials {

    /** Five arrays of it fit into the first cache. */
    private static final int PIECE = 2048;

    private static final float LOG2_E = 1.442695f;
    private static final float LN_2_HIGH = 0.69314575f;
    private static final float LN_2_LOW = 1.4286068e-6f;

    /** Added to a small number, it leaves the nearest integer in the lowest bits. */
    private static final float ROUNDER = 0x1.8p23f;

    /** Beyond these the exponent's bits would run over. */
    private static final float LOWEST = -86;

    private static final float HIGHEST = 88;

    private final float[] given = new float[PIECE];
    private final float[] whole = new float[PIECE];
    private final float[] rest = new float[PIECE];
    private final int[] wholeBits = new int[PIECE];
    private final int[] restBits = new int[PIECE];
    private final FloatBuffer floats;
    private final IntBuffer bits;

    Exponentials() {
        var memory = ByteBuffer.allocateDirect(PIECE * Float.BYTES).order(ByteOrder.nativeOrder());
        floats = memory.asFloatBuffer();
        bits = memory.asIntBuffer();
    }

    /** In place. What is not a number stays so. */
    void exp(float[] values, int count) {
        for (var from = 0; from < count; from += PIECE) {
            var length = Math.min(PIECE, count - from);
            System.arraycopy(values, from, given, 0, length);
            split(given, whole, rest, length);
            floats.put(0, whole, 0, length);
            bits.get(0, wholeBits, 0, length);
            floats.put(0, rest, 0, length);
            bits.get(0, restBits, 0, length);
            addToExponents(restBits, wholeBits, length);
            bits.put(0, restBits, 0, length);
            floats.get(0, values, from, length);
        }
    }

    private static void addToExponents(int[] numbers, int[] powers, int length) {
        for (var i = 0; i < length; i++) {
            numbers[i] += powers[i] << 23;
        }
    }

    /** One index for all arrays: with {@code from + i} among them the loop stays scalar. */
    private static void split(float[] given, float[] whole, float[] rest, int length) {
        for (var i = 0; i < length; i++) {
            var x = Math.min(Math.max(given[i], LOWEST), HIGHEST);
            var rounded = x * LOG2_E + ROUNDER;
            var n = rounded - ROUNDER;
            var r = x - n * LN_2_HIGH - n * LN_2_LOW;
            whole[i] = rounded;
            // Taylor's, innermost first: |r| is at most half of ln 2.
            var p = 0.008333334f + r * 0.0013888889f;
            p = 0.041666668f + r * p;
            p = 0.16666667f + r * p;
            p = 0.5f + r * p;
            p = 1 + r * p;
            rest[i] = 1 + r * p;
        }
    }
}
