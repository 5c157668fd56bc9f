package org.filigree.trainer.averaging;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.filigree.lora.CounterRandom;

/**
 * How numbers travel: little-endian whatever a buffer's own order, one tensor after another, no header.
 *
 * <p>The narrow formats round stochastically, so that the mean over keys is the value itself and no rest needs to be kept
 * for the next round. The draw for element i of a tensor is {@code CounterRandom.uniform(key, i)}: a retried task sends the
 * same bytes. What a format holds exactly, zeros and their signs included, it keeps in every draw; the one sign that is lost
 * is INT8's of -0.
 */
public enum WireFormat {
    /** As it is, all 32 bits. */
    FLOAT32 {
        @Override
        public long bytes(int count) {
            return (long) Float.BYTES * count;
        }

        @Override
        public void encode(float[] values, int offset, int count, long key, ByteBuffer out) {
            littleEndian(out).asFloatBuffer().put(values, offset, count);
            advance(out, bytes(count));
        }

        @Override
        public void decode(ByteBuffer in, float[] values, int offset, int count) {
            littleEndian(in).asFloatBuffer().get(values, offset, count);
            advance(in, bytes(count));
        }
    },

    /**
     * The upper half of a float. NaN and infinities stay what they are; a finite value beyond the largest finite bfloat16
     * becomes that, as rounding must not invent a divergence.
     */
    BFLOAT16 {
        @Override
        public long bytes(int count) {
            return (long) Short.BYTES * count;
        }

        @Override
        public void encode(float[] values, int offset, int count, long key, ByteBuffer out) {
            var target = littleEndian(out).asShortBuffer();
            for (var i = 0; i < count; i++) {
                target.put(i, upperHalf(values[offset + i], key, i));
            }
            advance(out, bytes(count));
        }

        @Override
        public void decode(ByteBuffer in, float[] values, int offset, int count) {
            var source = littleEndian(in).asShortBuffer();
            for (var i = 0; i < count; i++) {
                values[offset + i] = Float.intBitsToFloat(source.get(i) << 16);
            }
            advance(in, bytes(count));
        }
    },

    /**
     * Blocks of {@value #BLOCK} values (a tensor's last may be shorter): a float scale, then a byte a value. The scale is
     * the block's largest magnitude / 127, rounded up to 16 significant bits: a byte times the scale is then exact in a
     * float, and no value passes 127 scales. An error is below one scale. A block with a NaN or an infinity has the scale
     * NaN and arrives as NaN in all its values: what diverged stays seen.
     */
    INT8 {
        @Override
        public long bytes(int count) {
            return count + Float.BYTES * (((long) count + BLOCK - 1) / BLOCK);
        }

        @Override
        public void encode(float[] values, int offset, int count, long key, ByteBuffer out) {
            var target = littleEndian(out);
            for (var from = 0; from < count; from += BLOCK) {
                var to = Math.min(count, from + BLOCK);
                var scale = scale(values, offset + from, offset + to);
                target.putFloat(scale);
                for (var i = from; i < to; i++) {
                    target.put(steps(values[offset + i], scale, key, i));
                }
            }
            advance(out, bytes(count));
        }

        @Override
        public void decode(ByteBuffer in, float[] values, int offset, int count) {
            var source = littleEndian(in);
            for (var from = 0; from < count; from += BLOCK) {
                var to = Math.min(count, from + BLOCK);
                var scale = source.getFloat();
                for (var i = from; i < to; i++) {
                    values[offset + i] = source.get() * scale;
                }
            }
            advance(in, bytes(count));
        }
    };

    private static final int BLOCK = 256;
    private static final int LARGEST = 127;
    private static final int LOWER_HALF = 0xffff;
    private static final int INFINITY = 0x7f80_0000;
    private static final int QUIET = 0x0040_0000;
    private static final int BELOW_SCALE = 0xff;

    /** 127 of a larger one would be infinite; only values next to the largest float are cut down for it. */
    private static final float LARGEST_SCALE =
            Float.intBitsToFloat(Float.floatToRawIntBits(Float.MAX_VALUE / LARGEST) & ~BELOW_SCALE);

    /** What one tensor of {@code count} values takes. */
    public abstract long bytes(int count);

    /**
     * Writes one tensor, {@code values[offset, offset + count)}, and advances {@code out} by {@code bytes(count)}.
     *
     * @param key of this tensor alone: made of seed, round, worker and tensor
     * @throws java.nio.BufferOverflowException or IndexOutOfBoundsException where {@code out} has less room; it is then not
     *     advanced
     */
    public abstract void encode(float[] values, int offset, int count, long key, ByteBuffer out);

    /**
     * Reads one tensor of {@code count} values and advances {@code in} by {@code bytes(count)}.
     *
     * @throws java.nio.BufferUnderflowException or IndexOutOfBoundsException where {@code in} holds less; it is then not
     *     advanced
     */
    public abstract void decode(ByteBuffer in, float[] values, int offset, int count);

    private static ByteBuffer littleEndian(ByteBuffer buffer) {
        return buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void advance(ByteBuffer buffer, long bytes) {
        buffer.position(buffer.position() + Math.toIntExact(bytes));
    }

    private static short upperHalf(float value, long key, int index) {
        var bits = Float.floatToRawIntBits(value);
        if ((bits & INFINITY) == INFINITY) {
            // A NaN may have all its mantissa in the lower half: without the bit it would arrive as an infinity.
            return (short) ((Float.isNaN(value) ? bits | QUIET : bits) >>> 16);
        }
        // A draw below 2^16 carries into the upper half as often as the lower half is large; the magnitude's bits
        // count up through subnormals, mantissas and exponents alike. No branch: it could not be predicted.
        var rounded = bits + (int) (CounterRandom.uniform(key, index) * (LOWER_HALF + 1));
        return (short) (((rounded & INFINITY) == INFINITY ? bits : rounded) >>> 16);
    }

    private static float scale(float[] values, int from, int to) {
        var largest = 0f;
        for (var i = from; i < to; i++) {
            largest = Math.max(largest, Math.abs(values[i]));
        }
        if (!(largest <= Float.MAX_VALUE)) {
            return Float.NaN;
        }
        var exact = (double) largest / LARGEST;
        var near = (float) exact;
        var bits = Float.floatToRawIntBits(near < exact ? Math.nextUp(near) : near);
        return Math.min(LARGEST_SCALE, Float.intBitsToFloat((bits + BELOW_SCALE) & ~BELOW_SCALE));
    }

    private static byte steps(float value, float scale, long key, int index) {
        if (value == 0 || Float.isNaN(scale)) {
            return 0;
        }
        var exact = (double) value / scale;
        var below = Math.floor(exact);
        var up = CounterRandom.uniform(key, index) < exact - below ? 1 : 0;
        return (byte) Math.max(-LARGEST, Math.min(LARGEST, (int) below + up));
    }
}
