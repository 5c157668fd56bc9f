package org.filigree.engine;

import org.filigree.model.ModelSpec;
import org.filigree.model.Weights;

/** A base model in an engine's memory: read-only, shared by all sessions of the JVM. */
public final class Base implements AutoCloseable {

    private final Kernels kernels;
    private final ModelSpec spec;

    private Base(Kernels kernels, ModelSpec spec) {
        this.kernels = kernels;
        this.spec = spec;
    }

    /**
     * Loads every weight the model names, in the engine's compute type.
     *
     * @throws IllegalArgumentException naming the weight whose shape is not the model's
     * @throws OutOfEngineMemoryException when it does not fit; nothing stays allocated
     */
    public static Base load(Kernels kernels, ModelSpec spec, Weights weights) {
        throw new IllegalStateException("in work");
    }

    public ModelSpec spec() {
        return spec;
    }

    public Kernels kernels() {
        return kernels;
    }

    /** Bytes of native memory the weights take. */
    public long bytes() {
        return 0;
    }

    public Session session(SessionOptions options) {
        throw new IllegalStateException("in work");
    }

    @Override
    public void close() {}
}
