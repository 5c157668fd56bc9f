package org.filigree.engine;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.filigree.format.WeightsDigest;
import org.filigree.model.DataType;
import org.filigree.model.ModelSpec;
import org.filigree.model.Weights;

/** A base model in an engine's memory: read-only, shared by all sessions of the JVM. */
public final class Base implements AutoCloseable {

    private final Kernels kernels;
    private final ModelSpec spec;
    private final Arena arena;
    private final Map<String, Buffer> weights;
    private final long mapped;
    private final String digest;

    private Base(
            Kernels kernels, ModelSpec spec, Arena arena, Map<String, Buffer> weights, long mapped, String digest) {
        this.kernels = kernels;
        this.spec = spec;
        this.arena = arena;
        this.weights = weights;
        this.mapped = mapped;
        this.digest = digest;
    }

    /**
     * Every weight the model names, in the engine's compute type: those of unchanging memory that have it already and on
     * which the engine computes where they lie, and all others in the engine's own.
     *
     * @throws IllegalArgumentException naming the weight whose shape is not the model's
     * @throws OutOfEngineMemoryException when it does not fit; nothing stays allocated
     */
    public static Base load(Kernels kernels, ModelSpec spec, Weights source) {
        var arena = kernels.arena();
        try {
            var weights = new HashMap<String, Buffer>();
            var mapped = 0L;
            var digest = new WeightsDigest();
            for (var wanted : spec.weights()) {
                var stored = source.read(wanted.name());
                if (stored.rows() != wanted.rows() || stored.columns() != wanted.columns()) {
                    throw new IllegalArgumentException(
                            "weight %s: found shape [%d, %d], the model's config.json wants [%d, %d]"
                                    .formatted(
                                            wanted.name(),
                                            stored.rows(),
                                            stored.columns(),
                                            wanted.rows(),
                                            wanted.columns()));
                }
                if (source.origin().isEmpty()) {
                    digest.add(wanted.name(), stored);
                }
                var there = source.unchanging() && stored.type() == kernels.computeType()
                        ? arena.over(stored.data(), stored.type(), stored.rows(), stored.columns())
                        : Optional.<Buffer>empty();
                if (there.isPresent()) {
                    mapped += wanted.elements() * stored.type().bytes();
                }
                weights.put(wanted.name(), there.orElseGet(() -> loaded(arena, kernels.computeType(), stored)));
            }
            return new Base(
                    kernels,
                    spec,
                    arena,
                    Map.copyOf(weights),
                    mapped,
                    source.origin().orElseGet(digest::hex));
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private static Buffer loaded(Arena arena, DataType type, Weights.Stored stored) {
        var buffer = arena.allocate(type, stored.rows(), stored.columns());
        buffer.write(stored.data().duplicate().order(stored.data().order()), stored.type());
        return buffer;
    }

    /** A base whose weights have a place and no content: for kernels that only count. */
    static Base unread(Kernels kernels, ModelSpec spec) {
        var arena = kernels.arena();
        var weights = new HashMap<String, Buffer>();
        spec.weights()
                .forEach(w -> weights.put(w.name(), arena.allocate(kernels.computeType(), w.rows(), w.columns())));
        return new Base(kernels, spec, arena, Map.copyOf(weights), 0, "");
    }

    public ModelSpec spec() {
        return spec;
    }

    public Kernels kernels() {
        return kernels;
    }

    /** The weight of that name, in the compute type. */
    Buffer weight(String name) {
        return weights.get(name);
    }

    /** Of all weights as they were first stored: equal where every value is. */
    public String digest() {
        return digest;
    }

    /** Bytes of native memory the weights take, {@link #mappedBytes()} among them. */
    public long bytes() {
        return arena.bytes() + mapped;
    }

    /** Bytes of weights that lie where they were read from: pages that other processes may have in common with this one. */
    public long mappedBytes() {
        return mapped;
    }

    public Session session(SessionOptions options) {
        return new TapeSession(this, options);
    }

    @Override
    public void close() {
        arena.close();
    }
}
