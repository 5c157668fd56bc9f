package org.filigree.engine;

import java.util.ServiceLoader;
import org.filigree.model.DataType;

/** A provider of kernels, found by {@link ServiceLoader}. Creating one loads no native code; {@link #open} does. */
public interface Engine {

    /** The name in {@code engine.name}: {@code libtorch}, {@code dl4j}. */
    String name();

    /** Higher is preferred by {@code engine.name: auto}. */
    int preference();

    /**
     * Opens the engine on a device of this JVM.
     *
     * @param device {@code cpu}, {@code cuda}, {@code cuda:1}
     * @param computeType FLOAT32 or BFLOAT16 ({@link #bestComputeType} says what pays)
     * @param threads intra-op threads; one value a JVM, the first caller's
     * @throws EngineUnavailableException with the reason in one line, when device or natives are not there
     */
    Kernels open(String device, DataType computeType, int threads);

    /** GPUs that this JVM can compute on, 0 where there are none; loads native code. */
    int gpus();

    /** What {@code auto} takes for a base stored as {@code wanted}, and why. */
    ComputeChoice bestComputeType(String device, DataType wanted);

    /** {@code reason} is one line for the log. */
    record ComputeChoice(DataType type, String reason) {}
}
