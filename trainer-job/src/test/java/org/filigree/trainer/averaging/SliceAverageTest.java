package org.filigree.trainer.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.filigree.config.RunConfig.Aggregation;
import org.filigree.config.RunConfig.InnerState;
import org.filigree.lora.AdapterLayout;
import org.filigree.lora.AdapterPlan;

class SliceAverageTest {

    private static final AdapterPlan PLAN = plan();
    private static final int SIZE = PLAN.layout().size();

    /** Five modules of different shapes. */
    private static AdapterPlan plan() {
        var shapes = new ArrayList<AdapterLayout.Shape>();
        var wraps = new ArrayList<AdapterPlan.Wrap>();
        for (var m = 0; m < 5; m++) {
            shapes.add(new AdapterLayout.Shape(m + ".a", 2, 9 + m));
            shapes.add(new AdapterLayout.Shape(m + ".b", 20 - 3 * m, 2));
            wraps.add(new AdapterPlan.Wrap("m" + m, 2, 4, 2, m + ".a", m + ".b"));
        }
        return new AdapterPlan(AdapterLayout.of(shapes), wraps, List.of(), 0);
    }

    private static AdapterState random(long seed, boolean moments) {
        var random = new Random(seed);
        var state = AdapterState.zero(SIZE, moments);
        for (var i = 0; i < SIZE; i++) {
            state.values()[i] = (float) random.nextGaussian();
            if (moments) {
                state.first()[i] = (float) random.nextGaussian();
                state.second()[i] = random.nextFloat();
            }
        }
        return state;
    }

    private record Result(AdapterState state, List<Drift.Squares> drifts) {}

    private static AdapterState average(AveragingRules rules, int workers, int slices, long seed) {
        return average(rules, workers, slices, seed, InOrder.ON_THE_CALLERS_THREAD)
                .state();
    }

    private static Result average(AveragingRules rules, int workers, int slices, long seed, InOrder threads) {
        var wire = rules.wire(rules.trained(PLAN));
        var down = wire.encode(
                random(seed, rules.averagesMoments()), 0, wire.units().size(), rules.downKey(1), threads);
        var bounds = wire.cut(slices);
        var sum = AdapterState.zero(SIZE, rules.averagesMoments());
        var drifts = new ArrayList<Drift.Squares>();
        for (var s = 0; s < slices; s++) {
            var from = bounds[s];
            var to = bounds[s + 1];
            var sent = new ArrayList<SliceAverage.Sent>();
            for (var w = 0; w < workers; w++) {
                var bytes = wire.encode(
                        random(seed + 1 + w, rules.averagesMoments()), from, to, rules.upKey(1, w), threads);
                sent.add(new SliceAverage.Sent(w, 10L + w, ByteBuffer.wrap(bytes)));
            }
            Collections.shuffle(sent, new Random(seed + s));
            var received = ByteBuffer.wrap(down).position((int) wire.bytes(0, from));
            new SliceAverage(rules, wire, from, to).average(sent, received, threads, (unit, average, drift) -> {
                wire.place(unit, average, sum);
                drifts.add(drift);
            });
        }
        return new Result(sum, drifts);
    }

    @Property(tries = 200)
    void slicesHaveTheBitsOfTheWholeWhoeverAnswersFirst(
            @ForAll WireFormat format,
            @ForAll Aggregation aggregation,
            @ForAll boolean gradients,
            @ForAll @IntRange(min = 1, max = 6) int workers,
            @ForAll @IntRange(min = 1, max = 5) int slices,
            @ForAll long seed) {
        var moments = !gradients && aggregation != Aggregation.PRODUCT && seed % 2 == 0;
        var inner = moments ? InnerState.AVERAGE : InnerState.RESET;
        var rules = new AveragingRules(gradients, format, inner, aggregation, seed);
        var whole = average(rules, workers, 1, seed);
        var sliced = average(rules, workers, slices, seed);
        assertThat(sliced.values()).containsExactly(whole.values());
        assertThat(sliced.first()).containsExactly(whole.first());
        assertThat(sliced.second()).containsExactly(whole.second());
    }

    @Property(tries = 200)
    void anyNumberOfThreadsGivesTheSameBitsAndDrifts(
            @ForAll WireFormat format,
            @ForAll Aggregation aggregation,
            @ForAll @IntRange(min = 1, max = 6) int workers,
            @ForAll @IntRange(min = 2, max = 5) int threads,
            @ForAll long seed) {
        var rules = new AveragingRules(false, format, InnerState.RESET, aggregation, seed);
        var alone = average(rules, workers, 1, seed, InOrder.ON_THE_CALLERS_THREAD);
        var together = average(rules, workers, 1, seed, new InOrder(threads));
        assertThat(together.state().values()).containsExactly(alone.state().values());
        assertThat(together.drifts()).isEqualTo(alone.drifts());
    }

    @Property(tries = 50)
    void whatTravelsComesBackInFloat32(@ForAll long seed, @ForAll boolean moments) {
        var wire = new AdapterWire(PLAN, WireFormat.FLOAT32, moments);
        var sent = random(seed, moments);
        var bytes = wire.encode(sent, 0, wire.units().size(), seed, InOrder.ON_THE_CALLERS_THREAD);
        assertThat(bytes.length).isEqualTo((int) wire.bytes());
        var read = AdapterState.zero(SIZE, moments);
        wire.decode(ByteBuffer.wrap(bytes), read);
        assertThat(read.values()).containsExactly(sent.values());
        assertThat(read.first()).containsExactly(sent.first());
        assertThat(read.second()).containsExactly(sent.second());
    }

    @Example
    void oneWorkersProductIsItsOwn() {
        var rules = new AveragingRules(false, WireFormat.FLOAT32, InnerState.RESET, Aggregation.PRODUCT, 1);
        var before = random(1, false).values();
        var delta = random(2, false).values();
        var moved = average(rules, 1, 1, 1).values();
        for (var wrap : PLAN.wraps()) {
            var a = PLAN.layout().find(wrap.a());
            var b = PLAN.layout().find(wrap.b());
            for (var row = 0; row < b.rows(); row++) {
                for (var column = 0; column < a.columns(); column++) {
                    assertThat(product(before, moved, a, b, row, column))
                            .isCloseTo(product(before, delta, a, b, row, column), within(2e-5));
                }
            }
        }
    }

    private static double product(
            float[] before, float[] delta, AdapterLayout.Tensor a, AdapterLayout.Tensor b, int row, int column) {
        var sum = 0.0;
        for (var r = 0; r < a.rows(); r++) {
            var left = b.offset() + row * b.columns() + r;
            var right = a.offset() + r * a.columns() + column;
            sum += (double) (before[left] + delta[left]) * (before[right] + delta[right]);
        }
        return sum;
    }

    @Example
    void aFrozenAStaysAtHome() {
        var rules = new AveragingRules(false, WireFormat.FLOAT32, InnerState.RESET, Aggregation.FROZEN_A, 1);
        var wire = rules.wire(rules.trained(PLAN));
        var b = PLAN.wraps().stream()
                .mapToInt(wrap -> PLAN.layout().find(wrap.b()).elements())
                .sum();
        assertThat(wire.bytes()).isEqualTo(4L * b);
        var moved = average(rules, 3, 2, 5).values();
        for (var wrap : PLAN.wraps()) {
            var a = PLAN.layout().find(wrap.a());
            for (var i = a.offset(); i < a.offset() + a.elements(); i++) {
                assertThat(moved[i]).isZero();
            }
        }
    }
}
