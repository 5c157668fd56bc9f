package org.filigree.engine.dl4j;

import java.io.IOException;
import java.util.Locale;
import org.filigree.engine.Engine;
import org.filigree.engine.EngineUnavailableException;
import org.filigree.engine.Fingerprint;
import org.filigree.engine.Kernels;
import org.filigree.engine.LoadedLibraries;
import org.filigree.engine.NvidiaDriver;
import org.filigree.engine.Processor;
import org.filigree.engine.dl4j.device.DeviceKernels;
import org.filigree.model.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The second engine: Deeplearning4j's ND4J and OpenBLAS. It shares nothing with libtorch's below {@link Kernels}, so that
 * each checks the other, and it serves where libtorch's natives do not load.
 */
public final class Dl4jEngine implements Engine {

    private static final String NAME = "dl4j";

    /** Threads of this JVM's kernels, 0 before the first {@link #open}. */
    private static int opened;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int preference() {
        return 50;
    }

    @Override
    public Kernels open(String device, DataType computeType, int threads) {
        if (computeType != DataType.FLOAT32) {
            throw new EngineUnavailableException("engine dl4j computes in float32, not in "
                    + computeType.name().toLowerCase(Locale.ROOT)
                    + ": OpenBLAS through ND4J multiplies nothing narrower");
        }
        if (threads <= 0) {
            throw new EngineUnavailableException("engine dl4j: threads must be positive, found " + threads);
        }
        if (!device.equals("cpu")) {
            return onGpu(device, threads);
        }
        var natives = Nd4jNatives.load();
        one(threads);
        natives.singleThreaded();
        return new Dl4jKernels(natives, threads, fingerprint(threads));
    }

    private static Kernels onGpu(String device, int threads) {
        var refusal = Gpus.refusal(device);
        if (refusal == null && !Nd4j.getBackend().getClass().getName().contains(".jcublas.")) {
            refusal = "ND4J took " + Nd4j.getBackend().getClass().getSimpleName() + " in this JVM";
        }
        if (refusal != null) {
            throw new EngineUnavailableException("engine dl4j: device %s: %s".formatted(device, refusal));
        }
        one(threads);
        return new DeviceKernels(fingerprintOnGpu(device));
    }

    private static Fingerprint fingerprintOnGpu(String device) {
        try {
            return Fingerprint.of(build())
                    .with("device", "cuda")
                    .with("gpu", Gpus.name(device))
                    .with("driver", NvidiaDriver.LOCAL.version())
                    .with("blas", LoadedLibraries.named("libcublas", "libcublasLt"))
                    .with("threads", "1")
                    .with("type", "float32");
        } catch (IOException | ReflectiveOperationException e) {
            throw new EngineUnavailableException(
                    "engine dl4j: device %s: what computes there is not told: %s".formatted(device, e.getMessage()), e);
        }
    }

    /** One value a JVM: equal bits depend on it. */
    private static synchronized void one(int threads) {
        if (opened != 0 && opened != threads) {
            throw new EngineUnavailableException(
                    "engine dl4j runs with %d threads in this JVM already; %d were asked for"
                            .formatted(opened, threads));
        }
        opened = threads;
    }

    private static String build() {
        return NAME + " " + Nd4jNatives.version("org.nd4j", "nd4j-native");
    }

    private static Fingerprint fingerprint(int threads) {
        var processor = Processor.local();
        return Fingerprint.of(build())
                .with("device", "cpu")
                .with("cpu", processor.model())
                .with("instructions", processor.vectorInstructions())
                .with("blas", "OpenBLAS " + Nd4jNatives.version("org.bytedeco", "openblas"))
                .with("threads", Integer.toString(threads))
                .with("type", "float32");
    }

    @Override
    public int gpus() {
        Nd4jNatives.load();
        return Gpus.refusal("cuda") == null ? 1 : 0;
    }

    @Override
    public ComputeChoice bestComputeType(String device, DataType wanted) {
        return new ComputeChoice(
                DataType.FLOAT32,
                wanted == DataType.FLOAT32
                        ? "float32 as asked"
                        : "float32 instead of %s: engine dl4j computes in nothing else"
                                .formatted(wanted.name().toLowerCase(Locale.ROOT)));
    }
}
