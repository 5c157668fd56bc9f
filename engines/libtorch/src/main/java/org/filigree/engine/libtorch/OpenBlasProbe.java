package org.filigree.engine.libtorch;

import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.openblas.global.openblas;

/**
 * Which kernels OpenBLAS chose for this CPU. It alone, loaded with OPENBLAS_VERBOSE=2, says so on standard error:
 * {@code bin/native-env.sh} asks before the real JVM starts, because the choice cannot be changed later.
 */
final class OpenBlasProbe {

    /** The tables of kernels that OpenBLAS's builds for x86-64 and ARM have. */
    private static final List<String> TABLES = List.of(
            "SAPPHIRERAPIDS",
            "COOPERLAKE",
            "SKYLAKEX",
            "ZEN",
            "HASWELL",
            "EXCAVATOR",
            "STEAMROLLER",
            "PILEDRIVER",
            "BULLDOZER",
            "SANDYBRIDGE",
            "BARCELONA",
            "NEHALEM",
            "CORE2",
            "PRESCOTT",
            "NEOVERSEV1",
            "NEOVERSEN2",
            "NEOVERSEN1",
            "ARMV8SVE",
            "ARMV8");

    private OpenBlasProbe() {}

    public static void main(String[] arguments) {
        Loader.load(openblas.class);
    }

    /** In the OpenBLAS that this JVM has loaded, which keeps its choice as a pointer to one of its tables. */
    static String kernelInUse() {
        var chosen = Loader.addressof("gotoblas");
        if (chosen == null) {
            return "unknown";
        }
        try (var table = new LongPointer(chosen)) {
            var address = table.get();
            return TABLES.stream()
                    .filter(name -> {
                        var known = Loader.addressof("gotoblas_" + name);
                        return known != null && known.address() == address;
                    })
                    .findFirst()
                    .orElse("unknown");
        }
    }
}
