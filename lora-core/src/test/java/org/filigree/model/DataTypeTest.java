package org.filigree.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataTypeTest {

    private static short half(float value) {
        var buffer = ByteBuffer.allocate(2);
        DataType.FLOAT16.put(buffer, value);
        return buffer.getShort(0);
    }

    private static float through(DataType type, float value) {
        var buffer = ByteBuffer.allocate(type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        type.put(buffer, value);
        return type.get(buffer.flip());
    }

    @Test
    void everyHalfIsReadAndWrittenUnchanged() {
        var seen = 0;
        for (var bits = 0; bits < 1 << 16; bits++) {
            var value = DataType.FLOAT16.get(
                    ByteBuffer.allocate(2).putShort((short) bits).flip());
            if (Float.isNaN(value)) {
                assertThat(through(DataType.FLOAT16, value)).isNaN();
            } else {
                assertThat(half(value)).isEqualTo((short) bits);
            }
            seen++;
        }
        assertThat(seen).isEqualTo(65_536);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0x3c00",
        "-2, 0xc000",
        "65504, 0x7bff",
        "65519.996, 0x7bff",
        "65520, 0x7c00",
        "2049, 0x6800", // between 2048 and 2050: to the even mantissa
        "2051, 0x6802",
        "6.103515625e-5, 0x0400", // the smallest normal
        "6.1e-5, 0x03ff",
        "5.9604645e-8, 0x0001",
        "2.9802322e-8, 0x0000", // half a step: to even
        "2.9802326e-8, 0x0001",
        "8.940697e-8, 0x0002", // one and a half
    })
    void float16RoundsToNearestEven(float value, String bits) {
        assertThat(half(value)).isEqualTo((short) Integer.decode(bits).intValue());
    }

    @Property
    void theNearestHalfIsWritten(@ForAll @FloatRange(min = -65504, max = 65504) float value) {
        var bits = half(value);
        var distance = Math.abs((double) through(DataType.FLOAT16, value) - value);
        for (var other : new short[] {(short) (bits + 1), (short) (bits - 1)}) {
            var neighbour =
                    DataType.FLOAT16.get(ByteBuffer.allocate(2).putShort(other).flip());
            if (!Float.isNaN(neighbour)) {
                assertThat(distance).isLessThanOrEqualTo(Math.abs((double) neighbour - value));
            }
        }
    }

    @Property
    void theNearestBfloat16IsWritten(@ForAll float value) {
        var written = through(DataType.BFLOAT16, value);
        var bits = Float.floatToRawIntBits(written);
        assertThat(bits & 0xffff).isZero();
        var distance = Math.abs((double) written - value);
        if (Float.isFinite(written)) {
            for (var step : new int[] {1 << 16, -(1 << 16)}) {
                var neighbour = Float.intBitsToFloat(bits + step);
                if (Float.isFinite(neighbour)) {
                    assertThat(distance).isLessThanOrEqualTo(Math.abs((double) neighbour - value));
                }
            }
        }
    }

    @Test
    void bfloat16RoundsTiesToEvenAndKeepsWhatIsNoNumber() {
        assertThat(through(DataType.BFLOAT16, Float.intBitsToFloat(0x3f808000))).isEqualTo(1f);
        assertThat(through(DataType.BFLOAT16, Float.intBitsToFloat(0x3f818000)))
                .isEqualTo(Float.intBitsToFloat(0x3f820000));
        assertThat(through(DataType.BFLOAT16, Float.MAX_VALUE)).isInfinite();
        assertThat(through(DataType.BFLOAT16, Float.intBitsToFloat(0x7f800001))).isNaN();
        assertThat(through(DataType.BFLOAT16, Float.NEGATIVE_INFINITY)).isEqualTo(Float.NEGATIVE_INFINITY);
    }
}
