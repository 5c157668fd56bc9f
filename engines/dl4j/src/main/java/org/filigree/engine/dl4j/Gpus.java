package org.filigree.engine.dl4j;

import java.io.IOException;
import java.util.Optional;
import java.util.ServiceLoader;
import org.nd4j.linalg.factory.Nd4jBackend;
import org.nd4j.nativeblas.NativeOps;

/** Which GPU is taken, and why another is refused. ND4J's CUDA backend comes with the Maven profile {@code dl4j-cuda}. */
final class Gpus {

    /** The latest that its binaries hold code for; they hold none that a later one could compile. */
    private static final int NEWEST = 86;

    private Gpus() {}

    /** In one line, for {@code cuda} or {@code cuda:1}; null for a GPU that ND4J has code for. */
    static String refusal(String device) {
        if (!device.matches("cuda(:\\d+)?")) {
            return "there are cpu and cuda";
        }
        var index = index(device);
        try {
            var ops = cuda();
            if (ops.isEmpty()) {
                return "ND4J's CUDA backend is not on the class path (Maven profile dl4j-cuda)";
            }
            var found = ops.get().getAvailableDevices();
            if (index >= found) {
                return "CUDA sees %d devices".formatted(found);
            }
            // ND4J spreads threads over the devices it sees, and a session's buffers must stay on one.
            return found > 1
                    ? "CUDA sees %d devices, this engine works on one: set CUDA_VISIBLE_DEVICES".formatted(found)
                    : verdict(ops.get(), index);
        } catch (ReflectiveOperationException | IOException | LinkageError | RuntimeException e) {
            return "ND4J's CUDA backend does not load: " + Nd4jNatives.rootOf(e);
        }
    }

    /** The model of one that is not refused. */
    static String name(String device) throws ReflectiveOperationException, IOException {
        return cuda().orElseThrow().getDeviceName(index(device));
    }

    private static int index(String device) {
        return device.contains(":") ? Integer.parseInt(device.substring(device.indexOf(':') + 1)) : 0;
    }

    private static String verdict(NativeOps ops, int index) {
        return verdict(ops.getDeviceName(index), ops.getDeviceMajor(index), ops.getDeviceMinor(index));
    }

    static String verdict(String name, int major, int minor) {
        var capability = 10 * major + minor;
        return capability > NEWEST
                ? "%s is sm_%d; ND4J's CUDA 11.6 build has code up to sm_%d and none for later ones"
                        .formatted(name, capability, NEWEST)
                : null;
    }

    private static Optional<NativeOps> cuda() throws ReflectiveOperationException, IOException {
        for (var backend : ServiceLoader.load(Nd4jBackend.class)) {
            if (backend.getClass().getName().contains(".jcublas.")) {
                return Optional.of(Nd4jNatives.open(backend));
            }
        }
        return Optional.empty();
    }
}
