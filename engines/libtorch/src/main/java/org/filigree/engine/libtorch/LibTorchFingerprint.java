package org.filigree.engine.libtorch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.TreeSet;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.filigree.engine.Fingerprint;
import org.filigree.engine.Processor;
import org.filigree.model.DataType;

/** What decides libtorch's bits. On a GPU that is the GPU; which of a machine's equal ones does not matter. */
final class LibTorchFingerprint {

    private static final Path DRIVER = Path.of("/proc/driver/nvidia");

    private LibTorchFingerprint() {}

    static Fingerprint of(String device, DataType type, int threads) throws IOException {
        var build = Fingerprint.of("libtorch " + Loader.getVersion("org.bytedeco", "pytorch"));
        var placed = device.startsWith("cuda") ? onGpu(build) : onCpu(build, threads);
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

    private static Fingerprint onGpu(Fingerprint build) throws IOException {
        return build.with("device", "cuda")
                .with("gpu", gpus())
                .with("driver", driver())
                .with("threads", "1");
    }

    /** Models of the GPUs in this machine, by the driver: one where they are equal. */
    private static String gpus() throws IOException {
        var models = new TreeSet<String>();
        if (Files.isDirectory(DRIVER.resolve("gpus"))) {
            try (var gpus = Files.newDirectoryStream(DRIVER.resolve("gpus"))) {
                for (var gpu : gpus) {
                    Files.readAllLines(gpu.resolve("information")).stream()
                            .filter(line -> line.startsWith("Model:"))
                            .map(line -> line.substring(line.indexOf(':') + 1).strip())
                            .forEach(models::add);
                }
            }
        }
        return models.isEmpty() ? "unknown" : String.join(" and ", models);
    }

    private static String driver() throws IOException {
        var version = DRIVER.resolve("version");
        return Files.isReadable(version)
                ? Files.readAllLines(version).get(0).strip().replaceAll("\\s+", " ")
                : "unknown";
    }

    private static String flags() {
        var context = torch.globalContext();
        return "deterministic algorithms %s, float32 products in %s"
                .formatted(
                        context.deterministicAlgorithms() ? "on" : "off",
                        context.allowTF32CuBLAS() ? "TF32" : "float32");
    }
}
