package org.filigree.trainer.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class WireFormatTest {

    @Property(tries = 60)
    void aTensorTakesThePromisedBytesAtAnyPlace(
            @ForAll WireFormat format, @ForAll long seed, @ForAll @IntRange(max = 1100) int count) {
        var values = values(seed, count + 7);
        var buffer = ByteBuffer.allocate((int) format.bytes(count) + 16);
        buffer.position(5);
        format.encode(values, 3, count, seed, buffer);
        assertThat(buffer.position()).isEqualTo(5 + format.bytes(count));
        var back = new float[count + 7];
        buffer.position(5);
        format.decode(buffer, back, 3, count);
        assertThat(buffer.position()).isEqualTo(5 + format.bytes(count));
        assertThat(buffer.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
        for (var i = 0; i < values.length; i++) {
            var inside = i >= 3 && i < 3 + count;
            assertThat(back[i])
                    .isCloseTo(inside ? values[i] : 0, within(inside ? bound(format, values, 3, count, i) : 0));
        }
    }

    @Example
    void bytesAreCountedInLongs() {
        assertThat(WireFormat.FLOAT32.bytes(Integer.MAX_VALUE)).isEqualTo(4L * Integer.MAX_VALUE);
        assertThat(WireFormat.BFLOAT16.bytes(3)).isEqualTo(6);
        assertThat(WireFormat.INT8.bytes(0)).isZero();
        assertThat(WireFormat.INT8.bytes(256)).isEqualTo(260);
        assertThat(WireFormat.INT8.bytes(257)).isEqualTo(265);
        assertThat(WireFormat.INT8.bytes(Integer.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE + 4L * (1 << 23));
    }

    @Example
    void theBytesAreLittleEndian() {
        assertThat(encoded(WireFormat.FLOAT32, 1, 1.5f)).containsExactly(0, 0, 0xc0, 0x3f);
        assertThat(encoded(WireFormat.BFLOAT16, 1, 1.5f)).containsExactly(0xc0, 0x3f);
        assertThat(encoded(WireFormat.INT8, 1, -127f, 3f)).containsExactly(0, 0, 0x80, 0x3f, -127, 3);
    }

    @Property(tries = 60)
    void float32IsItsBits(@ForAll int bits) {
        var value = Float.intBitsToFloat(bits);
        assertThat(Float.floatToRawIntBits(through(WireFormat.FLOAT32, 1, value)[0]))
                .isEqualTo(bits);
    }

    @Property(tries = 500)
    void bfloat16KeepsWhatItHoldsAndRoundsToANeighbour(@ForAll int bits, @ForAll long key) {
        var exact = Float.intBitsToFloat(bits & 0xffff0000);
        var value = Float.intBitsToFloat(bits);
        var arrived = through(WireFormat.BFLOAT16, key, value)[0];
        if (Float.isNaN(value)) {
            assertThat(arrived).isNaN();
            return;
        }
        assertThat(through(WireFormat.BFLOAT16, key, exact)[0]).isEqualTo(exact);
        if (Math.abs(value) <= LARGEST_BFLOAT16) {
            var above = Float.intBitsToFloat((bits & 0xffff0000) + ((bits & 0xffff) == 0 ? 0 : 0x10000));
            assertThat(arrived).isIn(exact, above);
        }
    }

    private static final float LARGEST_BFLOAT16 = Float.intBitsToFloat(0x7f7f0000);

    @Example
    void bfloat16KeepsWhatIsNotFiniteAndInventsNoInfinity() {
        for (var key = 0; key < 100; key++) {
            var arrived = through(
                    WireFormat.BFLOAT16,
                    key,
                    Float.intBitsToFloat(0x7f800001),
                    Float.POSITIVE_INFINITY,
                    Float.NEGATIVE_INFINITY,
                    Float.MAX_VALUE,
                    -Float.MAX_VALUE,
                    -0f);
            assertThat(arrived[0]).isNaN();
            assertThat(arrived[1]).isEqualTo(Float.POSITIVE_INFINITY);
            assertThat(arrived[2]).isEqualTo(Float.NEGATIVE_INFINITY);
            assertThat(arrived[3]).isEqualTo(LARGEST_BFLOAT16);
            assertThat(arrived[4]).isEqualTo(-LARGEST_BFLOAT16);
            assertThat(Float.floatToRawIntBits(arrived[5])).isEqualTo(0x80000000);
        }
    }

    @Property(tries = 200)
    void int8KeepsWhatItHolds(@ForAll long seed, @ForAll @IntRange(min = 1, max = 700) int count) {
        var random = new Random(seed);
        var values = new float[count];
        for (var from = 0; from < count; from += 256) {
            var scale = Float.intBitsToFloat(random.nextInt(0x7b000000) & 0xffffff00);
            for (var i = from; i < Math.min(count, from + 256); i++) {
                values[i] = (i == from ? 127 : random.nextInt(255) - 127) * scale;
            }
        }
        assertThat(through(WireFormat.INT8, seed, values)).isEqualTo(values);
    }

    @Example
    void int8SendsWhatArrivedOnceMoreUnchanged() {
        var unchanged = 0;
        for (var seed = 0; seed < 200; seed++) {
            var sent = encoded(WireFormat.INT8, seed, values(seed, 256));
            // A largest value of 127 steps tells the scale again; one in hundreds is rounded to 126.
            var largest = 0;
            for (var i = Float.BYTES; i < sent.length; i++) {
                largest = Math.max(largest, Math.abs(sent[i]));
            }
            if (largest == 127) {
                var arrived = through(WireFormat.INT8, seed, values(seed, 256));
                assertThat(encoded(WireFormat.INT8, seed + 1, arrived)).isEqualTo(sent);
                unchanged++;
            }
        }
        assertThat(unchanged).isGreaterThan(190);
    }

    @Example
    void int8LosesNoBlockToAnother() {
        var values = values(1, 600);
        values[300] = Float.NaN;
        values[599] = Float.NEGATIVE_INFINITY;
        var arrived = through(WireFormat.INT8, 1, values);
        for (var i = 0; i < 600; i++) {
            assertThat(Float.isNaN(arrived[i])).as("value %d", i).isEqualTo(i >= 256);
        }
    }

    @Example
    void int8TakesTheSmallestAndTheLargestNumbers() {
        var largest = through(WireFormat.INT8, 1, Float.MAX_VALUE, -Float.MAX_VALUE, 0f);
        assertThat(largest[0]).isCloseTo(Float.MAX_VALUE, within(Float.MAX_VALUE / 127));
        assertThat(largest[1]).isCloseTo(-Float.MAX_VALUE, within(Float.MAX_VALUE / 127));
        assertThat(largest[2]).isZero();
        assertThat(through(WireFormat.INT8, 1, Float.MIN_VALUE)[0]).isBetween(0f, 256 * Float.MIN_VALUE);
        assertThat(through(WireFormat.INT8, 1, 0f, -0f)).containsOnly(0f);
    }

    @Property(tries = 12)
    void theNarrowFormatsAreRightOnAverage(@ForAll long seed) {
        var count = 300;
        var values = values(seed, count);
        var draws = 2000;
        for (var format : new WireFormat[] {WireFormat.BFLOAT16, WireFormat.INT8}) {
            var sums = new double[count];
            for (var draw = 0; draw < draws; draw++) {
                var arrived = through(format, seed + draw * 0x9e3779b97f4a7c15L, values);
                for (var i = 0; i < count; i++) {
                    sums[i] += arrived[i];
                }
            }
            for (var i = 0; i < count; i++) {
                // A draw's standard deviation is at most half the distance of the neighbours.
                var sigma = bound(format, values, 0, count, i) / 2 / Math.sqrt(draws);
                assertThat(sums[i] / draws).isCloseTo(values[i], within(6 * sigma));
            }
        }
    }

    @Property(tries = 20)
    void theSameKeySendsTheSameBytesAndAnotherOthers(@ForAll long key) {
        var values = values(3, 500);
        for (var format : new WireFormat[] {WireFormat.BFLOAT16, WireFormat.INT8}) {
            assertThat(encoded(format, key, values)).isEqualTo(encoded(format, key, values));
            assertThat(encoded(format, key, values)).isNotEqualTo(encoded(format, key + 1, values));
        }
    }

    @Property(tries = 20)
    void aBufferThatIsTooSmallIsNotAdvanced(
            @ForAll WireFormat format, @ForAll @IntRange(min = 1, max = 600) int count) {
        var buffer = ByteBuffer.allocate((int) format.bytes(count) - 1);
        assertThatThrownBy(() -> format.encode(values(1, count), 0, count, 1, buffer))
                .isInstanceOf(RuntimeException.class);
        assertThat(buffer.position()).isZero();
        assertThatThrownBy(() -> format.decode(buffer, new float[count], 0, count))
                .isInstanceOf(RuntimeException.class);
        assertThat(buffer.position()).isZero();
    }

    private static float[] values(long seed, int count) {
        var random = new Random(seed);
        var values = new float[count];
        for (var i = 0; i < count; i++) {
            values[i] = (float) (1e-3 * random.nextGaussian());
        }
        return values;
    }

    /** The distance of the two numbers that the format has beside {@code values[i]}, or a little more. */
    private static float bound(WireFormat format, float[] values, int from, int count, int i) {
        return switch (format) {
            case FLOAT32 -> 0;
            case BFLOAT16 -> Math.abs(values[i]) / 128;
            case INT8 -> {
                var block = from + (i - from) / 256 * 256;
                var largest = 0f;
                for (var j = block; j < Math.min(from + count, block + 256); j++) {
                    largest = Math.max(largest, Math.abs(values[j]));
                }
                yield largest / 126.9f;
            }
        };
    }

    private static byte[] encoded(WireFormat format, long key, float... values) {
        var buffer = ByteBuffer.allocate((int) format.bytes(values.length));
        format.encode(values, 0, values.length, key, buffer);
        return buffer.array();
    }

    private static float[] through(WireFormat format, long key, float... values) {
        var arrived = new float[values.length];
        format.decode(ByteBuffer.wrap(encoded(format, key, values)), arrived, 0, values.length);
        return arrived;
    }
}
