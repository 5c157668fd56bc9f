package org.filigree.format;

/** IEEE 754 binary16, which Java 17 has no words for. */
final class HalfFloat {

    private HalfFloat() {}

    static float toFloat(short half) {
        var sign = (half & 0x8000) << 16;
        var exponent = (half >>> 10) & 0x1f;
        var mantissa = half & 0x3ff;
        if (exponent == 0) {
            var magnitude = mantissa * 0x1.0p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        var bits = exponent == 0x1f ? 0x7f800000 : (exponent + 112) << 23;
        return Float.intBitsToFloat(sign | bits | mantissa << 13);
    }
}
