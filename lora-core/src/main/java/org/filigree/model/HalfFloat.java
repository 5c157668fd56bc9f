package org.filigree.model;

/** IEEE 754 binary16, which Java 17 has no words for. */
final class HalfFloat {

    private static final int SIGN = 0x8000;
    private static final int INFINITY = 0x7c00;
    private static final int QUIET = 0x0200;

    private HalfFloat() {}

    static float toFloat(short half) {
        var sign = (half & SIGN) << 16;
        var exponent = (half >>> 10) & 0x1f;
        var mantissa = half & 0x3ff;
        if (exponent == 0) {
            var magnitude = mantissa * 0x1.0p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        var bits = exponent == 0x1f ? 0x7f800000 : (exponent + 112) << 23;
        return Float.intBitsToFloat(sign | bits | mantissa << 13);
    }

    /** The nearest half, ties to even; infinite from 65520 on. */
    static short fromFloat(float value) {
        var sign = Float.floatToRawIntBits(value) >>> 16 & SIGN;
        var magnitude = Math.abs(value);
        if (Float.isNaN(value)) {
            return (short) (sign | INFINITY | QUIET);
        }
        if (magnitude >= 65520) {
            return (short) (sign | INFINITY);
        }
        if (magnitude < 0x1.0p-14f) {
            // Subnormal: whole steps of 2^-24, and 1024 of them are the smallest normal, whose bits follow on.
            return (short) (sign | (int) Math.rint(magnitude * 0x1.0p24));
        }
        var bits = Float.floatToRawIntBits(magnitude) - (112 << 23);
        // A carry out of the mantissa raises the exponent, which is what rounding up means.
        return (short) (sign | (bits + 0xfff + (bits >>> 13 & 1)) >>> 13);
    }
}
