package org.filigree.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.filigree.engine.AdamWStep;
import org.filigree.engine.Base;
import org.filigree.engine.Kernels;
import org.filigree.engine.SessionOptions;
import org.filigree.lora.AdapterPlan;
import org.filigree.lora.CounterRandom;
import org.filigree.model.DataType;
import org.filigree.model.Weights;

/** What holds of a base whose weights lie in a file, mapped to be read: a kernel that wrote to one would end the process. */
final class MappedBaseClaims {

    private static final int ALIGNMENT = 64;
    private static final int RANDOM_NUMBERS = 20_000;
    private static final SessionOptions OPTIONS = new SessionOptions(false, 5);

    private MappedBaseClaims() {}

    /** What training over a base gave. */
    private record Result(double[] losses, float[] gradients, float[] updated) {}

    /** Of the adapter's gradients, and where the weights themselves are trained. */
    static void aMappedBaseGivesTheBitsOfALoadedOne(Kernels kernels, boolean maps) {
        for (var model : TinyModel.values()) {
            var bytes = model.spec().parameters() * kernels.computeType().bytes();
            try (var loaded = Base.load(kernels, model.spec(), model.weights());
                    var mapped = Base.load(kernels, model.spec(), Mapped.of(model, kernels.computeType(), 0, true));
                    var askew = Base.load(kernels, model.spec(), Mapped.of(model, kernels.computeType(), 4, true))) {
                assertThat(loaded.mappedBytes()).isZero();
                assertThat(mapped.mappedBytes()).isEqualTo(maps ? bytes : 0);
                if (maps) {
                    assertThat(mapped.bytes()).isEqualTo(loaded.bytes()).isEqualTo(bytes);
                }
                if (kernels.lacks().isEmpty()) {
                    for (var plan : List.of(model.lora(3, 0.3), model.full())) {
                        var wanted = trained(loaded, model, plan);
                        same(trained(mapped, model, plan), wanted);
                        same(trained(askew, model, plan), wanted);
                    }
                }
            }
        }
    }

    /** What may be written again under a job is nothing to compute on. */
    static void weightsThatMayChangeAreCopied(Kernels kernels) {
        var model = TinyModel.LLAMA;
        try (var base = Base.load(kernels, model.spec(), Mapped.of(model, kernels.computeType(), 0, false))) {
            assertThat(base.mappedBytes()).isZero();
        }
    }

    private static Result trained(Base base, TinyModel model, AdapterPlan plan) {
        try (var session = base.session(OPTIONS)) {
            session.put(0, plan, model.values(plan, 1));
            var losses = session.accumulate(SessionCompatibilityKit.batch(0, SessionCompatibilityKit.rows(5, 0)));
            var gradients = new float[plan.layout().size()];
            session.gradients(0, gradients);
            session.update(0, new AdamWStep(1, 5e-3, 0.9, 0.999, 1e-8, 0.01, 1.0 / losses.tokens()));
            return new Result(losses.losses(), gradients, session.values(0));
        }
    }

    private static void same(Result found, Result wanted) {
        assertThat(wanted.gradients()).isNotEqualTo(new float[wanted.gradients().length]);
        assertThat(found.losses()).isEqualTo(wanted.losses());
        assertThat(found.gradients()).isEqualTo(wanted.gradients());
        assertThat(found.updated()).isEqualTo(wanted.updated());
    }

    /**
     * Weights are converted for a node once, by {@link DataType}, and elsewhere by the engine as it loads them: to the same
     * bits, but that what is no number need not stay the same such.
     */
    static void anEngineConvertsAsDataTypeDoes(Kernels kernels) {
        try (var arena = kernels.arena()) {
            for (var stored : DataType.values()) {
                var source = patterns(stored);
                var count = source.remaining() / stored.bytes();
                var converted = ByteBuffer.allocateDirect(
                                count * kernels.computeType().bytes())
                        .order(ByteOrder.LITTLE_ENDIAN);
                var from = source.duplicate().order(ByteOrder.LITTLE_ENDIAN);
                while (from.hasRemaining()) {
                    kernels.computeType().put(converted, stored.get(from));
                }
                var byEngine = arena.allocate(kernels.computeType(), 1, count);
                byEngine.write(source, stored);
                var byDataType = arena.allocate(kernels.computeType(), 1, count);
                byDataType.write(converted.flip(), kernels.computeType());
                var found = bits(byEngine.read());
                assertThat(found.length).isEqualTo(count);
                assertThat(found).as("%s to %s", stored, kernels.computeType()).isEqualTo(bits(byDataType.read()));
            }
        }
    }

    /** Not-a-number is one. */
    private static int[] bits(float[] values) {
        var bits = new int[values.length];
        for (var i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToIntBits(values[i]);
        }
        return bits;
    }

    /** Every number of 16 bits; of wider ones those with every upper half, halfway and about it, and random ones. */
    private static ByteBuffer patterns(DataType stored) {
        var bytes = ByteBuffer.allocateDirect((4 << 16) * Double.BYTES + RANDOM_NUMBERS * Double.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (var upper = 0; upper < 1 << 16; upper++) {
            switch (stored) {
                case FLOAT16, BFLOAT16 -> bytes.putShort((short) upper);
                case FLOAT32 -> {
                    for (var lower : new int[] {0, 0x7fff, 0x8000, 0x8001}) {
                        bytes.putInt(upper << 16 | lower);
                    }
                }
                case FLOAT64 -> {
                    for (var lower : new int[] {0, 0x7fff, 0x8000, 0x8001}) {
                        bytes.putDouble(Float.intBitsToFloat(upper << 16 | lower));
                    }
                }
            }
        }
        var key = CounterRandom.name("stored");
        for (var i = 0; i < RANDOM_NUMBERS; i++) {
            switch (stored) {
                case FLOAT16, BFLOAT16 -> {}
                case FLOAT32 -> bytes.putInt((int) CounterRandom.below(key, i, 1L << 32));
                // Halfway between two floats, and a little beside, over the floats' range.
                case FLOAT64 -> {
                    var near = Math.scalb(CounterRandom.uniform(key, i) - 0.5, (i % 300) - 150);
                    bytes.putDouble((float) near + (i % 3 - 1) * 0.5 * Math.ulp((float) near) + (i % 2) * near * 1e-12);
                }
            }
        }
        return bytes.flip();
    }

    /** A model's weights in a file that nobody has a name for any more, each at a multiple of 64 bytes and {@code shift}. */
    private record Mapped(Map<String, Stored> weights, boolean unchanging) implements Weights {

        static Mapped of(TinyModel model, DataType type, int shift, boolean unchanging) {
            try {
                var path = Files.createTempFile("filigree-mapped", null);
                try (var file = FileChannel.open(
                        path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
                    var weights = new HashMap<String, Stored>();
                    long at = shift;
                    for (var weight : model.spec().weights()) {
                        var data = converted(model.weights().read(weight.name()), type);
                        var size = data.remaining();
                        file.write(data, at);
                        weights.put(
                                weight.name(),
                                new Stored(
                                        type,
                                        weight.rows(),
                                        weight.columns(),
                                        file.map(FileChannel.MapMode.READ_ONLY, at, size)
                                                .order(ByteOrder.LITTLE_ENDIAN)));
                        at += (size + ALIGNMENT - 1L) / ALIGNMENT * ALIGNMENT;
                    }
                    return new Mapped(weights, unchanging);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static ByteBuffer converted(Stored stored, DataType type) {
            var values = stored.floats();
            var data = ByteBuffer.allocate(values.length * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
            for (var value : values) {
                type.put(data, value);
            }
            return data.flip();
        }

        @Override
        public Stored read(String name) {
            return weights.get(name);
        }
    }
}
