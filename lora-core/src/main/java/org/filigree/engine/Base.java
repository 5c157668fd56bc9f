package org.filigree.engine;

import java.util.HashMap;
import java.util.Map;
import org.filigree.model.ModelSpec;
import org.filigree.model.Weights;

/** A base model in an engine's memory: read-only, shared by all sessions of the JVM. */
public final class Base implements AutoCloseable {

    private final Kernels kernels;
    private final ModelSpec spec;
    private final Arena arena;
    private final Map<String, Buffer> weights;
    private final String digest;

    private Base(Kernels kernels, ModelSpec spec, Arena arena, Map<String, Buffer> weights, String digest) {
        this.kernels = kernels;
        this.spec = spec;
        this.arena = arena;
        this.weights = weights;
        this.digest = digest;
    }

    /**
     * Loads every weight the model names, in the engine's compute type.
     *
     * @throws IllegalArgumentException naming the weight whose shape is not the model's
     * @throws OutOfEngineMemoryException when it does not fit; nothing stays allocated
     */
    public static Base load(Kernels kernels, ModelSpec spec, Weights source) {
        var arena = kernels.arena();
        try {
            var weights = new HashMap<String, Buffer>();
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
                var buffer = arena.allocate(kernels.computeType(), wanted.rows(), wanted.columns());
                digest.add(wanted.name(), stored);
                buffer.write(stored.data().duplicate().order(stored.data().order()), stored.type());
                weights.put(wanted.name(), buffer);
            }
            return new Base(kernels, spec, arena, Map.copyOf(weights), digest.hex());
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /** A base whose weights have a place and no content: for kernels that only count. */
    static Base unread(Kernels kernels, ModelSpec spec) {
        var arena = kernels.arena();
        var weights = new HashMap<String, Buffer>();
        spec.weights()
                .forEach(w -> weights.put(w.name(), arena.allocate(kernels.computeType(), w.rows(), w.columns())));
        return new Base(kernels, spec, arena, Map.copyOf(weights), "");
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

    /** Of all weights as they are stored: equal where every value is. */
    public String digest() {
        return digest;
    }

    /** Bytes of native memory the weights take. */
    public long bytes() {
        return arena.bytes();
    }

    public Session session(SessionOptions options) {
        return new TapeSession(this, options);
    }

    @Override
    public void close() {
        arena.close();
    }
}
