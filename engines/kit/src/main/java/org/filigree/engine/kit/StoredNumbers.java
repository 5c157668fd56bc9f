package org.filigree.engine.kit;

import java.nio.ByteBuffer;
import org.filigree.model.DataType;

/** How each {@link DataType} stores one number, little-endian; rounding is to nearest, ties to even. */
final class StoredNumbers {

    private StoredNumbers() {}

    /** The value that a buffer of this type holds after {@code value} is written to it. */
    static double round(DataType type, double value) {
        return switch (type) {
            case FLOAT64 -> value;
            case FLOAT32 -> (float) value;
            case BFLOAT16 -> fromBfloat16(toBfloat16((float) value));
            case FLOAT16 -> fromFloat16(toFloat16((float) value));
        };
    }

    static double get(ByteBuffer littleEndian, DataType type) {
        return switch (type) {
            case FLOAT64 -> littleEndian.getDouble();
            case FLOAT32 -> littleEndian.getFloat();
            case BFLOAT16 -> fromBfloat16(littleEndian.getShort());
            case FLOAT16 -> fromFloat16(littleEndian.getShort());
        };
    }

    static float fromBfloat16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    static short toBfloat16(float value) {
        if (Float.isNaN(value)) {
            return 0x7FC0;
        }
        var bits = Float.floatToRawIntBits(value);
        return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
    }

    static float fromFloat16(short bits) {
        var sign = bits < 0 ? -1f : 1f;
        var exponent = (bits >>> 10) & 0x1F;
        var fraction = bits & 0x3FF;
        if (exponent == 0x1F) {
            return fraction == 0 ? sign * Float.POSITIVE_INFINITY : Float.NaN;
        }
        // Subnormals count in steps of 2^-24.
        return exponent == 0
                ? sign * Math.scalb((float) fraction, -24)
                : sign * Math.scalb((float) (fraction + 0x400), exponent - 25);
    }

    static short toFloat16(float value) {
        if (Float.isNaN(value)) {
            return 0x7E00;
        }
        var sign = Float.floatToRawIntBits(value) >>> 16 & 0x8000;
        var size = Math.abs((double) value);
        // Half a step above the largest finite number, 65504, everything is infinite.
        if (size >= 65520) {
            return (short) (sign | 0x7C00);
        }
        var exponent = Math.max(Math.getExponent(size), -14);
        var steps = (int) Math.rint(Math.scalb(size, 10 - exponent));
        // A carry out of the fraction raises the exponent by itself.
        return (short) (sign | (((exponent + 14) << 10) + steps));
    }
}
