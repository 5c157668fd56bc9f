package org.filigree.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.filigree.engine.Arena;
import org.filigree.engine.Buffer;
import org.filigree.engine.Kernels;
import org.filigree.lora.CounterRandom;
import org.filigree.model.DataType;

/**
 * One kernel on one set of operands, run by an engine and by {@link PlainKernels}. Every operand is compared
 * afterwards, inputs too: so a kernel that writes where it must not is found as well.
 */
final class Trial implements AutoCloseable {

    /** Calls the kernel with the operands of one side; returns what it returns, empty for void. */
    interface Call {
        double[] on(Kernels kernels, Side side);
    }

    /** A kernel that returns nothing. */
    interface VoidCall {
        void on(Kernels kernels, Side side);
    }

    /** Picks the operand of the side that is running; null stays null. */
    interface Side {
        Buffer of(Twin twin);
    }

    private final Kernels kernels;
    private final PlainKernels judge = new PlainKernels();
    private final Arena arena;
    private final Arena judgeArena = judge.arena();
    private final long seed;
    private final List<Twin> twins = new ArrayList<>();
    private final List<double[]> tried = new ArrayList<>();
    private final List<double[]> judged = new ArrayList<>();

    Trial(Kernels kernels, String seed) {
        this.kernels = kernels;
        this.arena = kernels.arena();
        this.seed = CounterRandom.name(seed);
    }

    DataType computeType() {
        return kernels.computeType();
    }

    DataType masterType() {
        return kernels.masterType();
    }

    /** Uniform in [-1, 1), in the compute type. */
    Twin input(String name, int rows, int columns) {
        return random(name, kernels.computeType(), rows, columns);
    }

    /** Uniform in [-1, 1), in the type of statistics and parameter gradients. */
    Twin master(String name, int rows, int columns) {
        return random(name, kernels.masterType(), rows, columns);
    }

    /** To be written by the kernel: not-a-number before, so that reading or leaving it out shows. */
    Twin output(String name, int rows, int columns) {
        return filled(name, kernels.computeType(), rows, columns, Float.NaN);
    }

    Twin masterOutput(String name, int rows, int columns) {
        return filled(name, kernels.masterType(), rows, columns, Float.NaN);
    }

    Twin of(String name, DataType type, int rows, int columns, float... values) {
        var buffer = arena.allocate(type, rows, columns);
        buffer.write(values, 0);
        var same = judgeArena.allocate(DataType.FLOAT64, rows, columns);
        same.write(buffer.read(), 0);
        var twin = new Twin(name, buffer, same);
        twins.add(twin);
        return twin;
    }

    private Twin random(String name, DataType type, int rows, int columns) {
        var values = new float[rows * columns];
        var key = CounterRandom.key(seed, twins.size());
        for (var i = 0; i < values.length; i++) {
            values[i] = (float) (2 * CounterRandom.uniform(key, i) - 1);
        }
        return of(name, type, rows, columns, values);
    }

    private Twin filled(String name, DataType type, int rows, int columns, float value) {
        var values = new float[rows * columns];
        Arrays.fill(values, value);
        return of(name, type, rows, columns, values);
    }

    /** Runs both sides. */
    void run(VoidCall call) {
        value((k, side) -> {
            call.on(k, side);
            return new double[0];
        });
    }

    /** Runs both sides and keeps what the kernel returned. */
    void value(Call call) {
        tried.add(call.on(kernels, twin -> twin == null ? null : twin.tried()));
        judged.add(call.on(judge, twin -> twin == null ? null : twin.judged()));
    }

    /** Fills operands with the judge's forward result on both sides: a backward kernel is tried by itself. */
    void given(List<Twin> results, VoidCall forward) {
        forward.on(judge, twin -> twin == null ? null : twin.judged());
        for (var twin : results) {
            twin.tried().write(twin.judged().read(), 0);
            twin.judged().write(twin.tried().read(), 0);
        }
    }

    void sidesAgree() {
        assertThat(tried).as("calls").isNotEmpty();
        for (var i = 0; i < tried.size(); i++) {
            agree("result " + i, tried.get(i), judged.get(i));
        }
        for (var twin : twins) {
            agree(
                    twin.name(),
                    doubles(twin.tried().read()),
                    doubles(twin.judged().read()));
        }
    }

    /** All that the engine's side now holds, as bits. */
    List<long[]> bits() {
        var bits = new ArrayList<long[]>();
        tried.forEach(values -> bits.add(
                Arrays.stream(values).mapToLong(Double::doubleToLongBits).toArray()));
        twins.forEach(twin -> bits.add(Arrays.stream(doubles(twin.tried().read()))
                .mapToLong(Double::doubleToLongBits)
                .toArray()));
        return bits;
    }

    private void agree(String name, double[] found, double[] wanted) {
        assertThat(found).as(name).hasSameSizeAs(wanted);
        var largest = Arrays.stream(wanted)
                .filter(Double::isFinite)
                .map(Math::abs)
                .max()
                .orElse(0);
        var allowed = tolerance(kernels.computeType()) * Math.max(largest, 0.1);
        for (var i = 0; i < found.length; i++) {
            var same = Double.isFinite(wanted[i])
                    ? Math.abs(found[i] - wanted[i]) <= allowed
                    : Double.compare(found[i], wanted[i]) == 0;
            assertThat(same)
                    .as("%s[%d]: found %s, the judge has %s (allowed %.1e)", name, i, found[i], wanted[i], allowed)
                    .isTrue();
        }
    }

    /** Of the operand's largest value, or of a tenth of the inputs' where terms cancel. Buffers are read as floats, so FLOAT64 is judged at their precision. */
    private static double tolerance(DataType computeType) {
        return switch (computeType) {
            case FLOAT64 -> 2e-7;
            case FLOAT32 -> 1e-5;
            // Three roundings of eight bits: a product, what is kept of it, and the sum it is added to.
            case BFLOAT16, FLOAT16 -> 1.5e-2;
        };
    }

    private static double[] doubles(float[] values) {
        var doubles = new double[values.length];
        for (var i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    @Override
    public void close() {
        arena.close();
        judgeArena.close();
    }
}
