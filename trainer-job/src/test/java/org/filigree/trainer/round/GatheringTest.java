package org.filigree.trainer.round;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.filigree.lora.AdapterLayout;
import org.filigree.lora.AdapterPlan;
import org.filigree.trainer.averaging.AdapterWire;
import org.filigree.trainer.averaging.WireFormat;
import org.junit.jupiter.api.Test;

/** Who averages a round, by what its results come to: of an adapter of 42M values in 224 modules where nothing else is said. */
class GatheringTest {

    private static final long MIB = 1L << 20;
    private static final long MUCH = Long.MAX_VALUE;
    private static final int MODULES = 224;
    private static final int MOST_WORKERS = 300;

    private static ResultBytes results(int workers, int width, WireFormat format, boolean moments) {
        var rank = 16;
        var shapes = IntStream.range(0, MODULES)
                .mapToObj("m%03d"::formatted)
                .flatMap(module -> Stream.of(
                        new AdapterLayout.Shape(module + ".a", rank, width),
                        new AdapterLayout.Shape(module + ".b", width, rank)))
                .toList();
        var wraps = IntStream.range(0, MODULES)
                .mapToObj("m%03d"::formatted)
                .map(module -> new AdapterPlan.Wrap(module, rank, rank, 1, module + ".a", module + ".b"))
                .toList();
        var plan = new AdapterPlan(AdapterLayout.of(shapes), wraps, List.of(), 0);
        return new ResultBytes(new AdapterWire(plan, format, moments), workers, 8);
    }

    private static ResultBytes large(int workers, WireFormat format) {
        return results(workers, 5850, format, false);
    }

    private static List<Integer> collected(WireFormat format, boolean moments, int width, long room) {
        return IntStream.rangeClosed(1, MOST_WORKERS)
                .filter(workers -> Gathering.of(results(workers, width, format, moments), room) == Gathering.COLLECT)
                .boxed()
                .toList();
    }

    private static List<Integer> upTo(int workers) {
        return IntStream.rangeClosed(1, workers).boxed().toList();
    }

    @Test
    void whereTheDriverHasRoomNoWorkerSendsMoreThanATwentiethAboveTheAdapter() {
        var asked = 0;
        for (var format : WireFormat.values()) {
            for (var workers = 1; workers <= MOST_WORKERS; workers++) {
                var bytes = large(workers, format);
                var up = Gathering.of(bytes, MUCH) == Gathering.COLLECT ? bytes.collected() : bytes.scattered(workers);
                assertThat((double) up / bytes.wire().bytes())
                        .as("%s, %d workers", format, workers)
                        .isBetween(0.9, 1.05);
                asked++;
            }
        }
        assertThat(asked).isEqualTo(WireFormat.values().length * MOST_WORKERS);
    }

    @Test
    void narrowResultsAreCollectedUntilTheirAveragesWeighLittle() {
        assertThat(collected(WireFormat.BFLOAT16, false, 5850, MUCH)).isEqualTo(upTo(20));
        assertThat(collected(WireFormat.INT8, false, 5850, MUCH)).isEqualTo(upTo(60));
        // Moments go in float32 each way.
        assertThat(collected(WireFormat.BFLOAT16, true, 5850, MUCH)).isEqualTo(upTo(4));
    }

    @Test
    void wideResultsAreCollectedWhereTheyAreFewAndLittle() {
        assertThat(collected(WireFormat.FLOAT32, false, 500, MUCH)).isEqualTo(upTo(16));
        // 168 MB each: two are more than 256 MiB.
        assertThat(collected(WireFormat.FLOAT32, false, 5850, MUCH)).isEqualTo(upTo(1));
    }

    @Test
    void whatTheDriverHasNoRoomForIsReduced() {
        // 84 MB each.
        assertThat(collected(WireFormat.BFLOAT16, false, 5850, 1024 * MIB)).isEqualTo(upTo(12));
        assertThat(collected(WireFormat.BFLOAT16, false, 5850, 64 * MIB)).isEmpty();
    }

    @Test
    void headsOfManySlicesCountToo() {
        // 0.9 MB each, of which 70 slices' heads would be a twentieth more.
        assertThat(Gathering.of(results(70, 125, WireFormat.INT8, false), MUCH)).isEqualTo(Gathering.COLLECT);
        assertThat(Gathering.of(large(70, WireFormat.INT8), MUCH)).isEqualTo(Gathering.REDUCE_SCATTER);
    }
}
