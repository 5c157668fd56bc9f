package org.filigree.model;

import java.nio.ByteBuffer;

/** How one number is stored. Arithmetic inside a kernel may be wider, never narrower. */
public enum DataType {
    FLOAT64(8),
    FLOAT32(4),
    BFLOAT16(2),
    /** Storage only: weights may arrive as float16, nothing computes in it. */
    FLOAT16(2);

    private final int bytes;

    DataType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** Reads the next element, in the buffer's own byte order; of a FLOAT64 the nearest float. */
    public float get(ByteBuffer from) {
        return switch (this) {
            case FLOAT64 -> (float) from.getDouble();
            case FLOAT32 -> from.getFloat();
            case BFLOAT16 -> Float.intBitsToFloat(from.getShort() << 16);
            case FLOAT16 -> HalfFloat.toFloat(from.getShort());
        };
    }

    /** Writes the nearest element, ties to even; what is too large becomes infinite. */
    public void put(ByteBuffer into, float value) {
        switch (this) {
            case FLOAT64 -> into.putDouble(value);
            case FLOAT32 -> into.putFloat(value);
            case BFLOAT16 -> into.putShort(bfloat16(value));
            case FLOAT16 -> into.putShort(HalfFloat.fromFloat(value));
        }
    }

    private static short bfloat16(float value) {
        var bits = Float.floatToRawIntBits(value);
        // Rounding could carry a NaN over into an infinity or a zero: it is cut off and made quiet instead.
        return (short) (Float.isNaN(value) ? bits >>> 16 | 0x40 : (bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
    }
}
