package org.filigree.engine.libtorch;

import java.io.IOException;
import java.util.Locale;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.filigree.engine.Fingerprint;
import org.filigree.engine.LoadedLibraries;
import org.filigree.engine.NvidiaDriver;
import org.filigree.engine.Processor;
import org.filigree.model.DataType;

/** What decides libtorch's bits. On a GPU that is the GPU; which of a machine's equal ones does not matter. */
final class LibTorchFingerprint {

    private LibTorchFingerprint() {}

    static Fingerprint of(String device, DataType type, int threads) throws IOException {
        var build = Fingerprint.of("libtorch " + Loader.getVersion("org.bytedeco", "pytorch"));
        var placed = device.startsWith("cuda") ? onGpu(build, device) : onCpu(build, threads);
        return placed.with("type", type.name().toLowerCase(Locale.ROOT)).with("flags", flags());
    }

    private static Fingerprint onCpu(Fingerprint build, int threads) throws IOException {
        var processor = Processor.local();
        return build.with("device", "cpu")
                .with("cpu", processor.model())
                .with("instructions", processor.vectorInstructions())
                .with("capability", torch.get_cpu_capability().getString())
                .with(
                        "blas",
                        "OpenBLAS %s %s"
                                .formatted(Loader.getVersion("org.bytedeco", "openblas"), OpenBlasProbe.kernelInUse()))
                .with("threads", Integer.toString(threads));
    }

    private static Fingerprint onGpu(Fingerprint build, String device) throws IOException {
        return build.with("device", "cuda")
                .with("gpu", NvidiaDriver.LOCAL.model(device))
                .with("driver", NvidiaDriver.LOCAL.version())
                .with("blas", LoadedLibraries.named("libcublas", "libcublasLt"))
                .with("threads", "1");
    }

    private static String flags() {
        var context = torch.globalContext();
        return "deterministic algorithms %s, float32 products in %s"
                .formatted(
                        context.deterministicAlgorithms() ? "on" : "off",
                        context.allowTF32CuBLAS() ? "TF32" : "float32");
    }
}
