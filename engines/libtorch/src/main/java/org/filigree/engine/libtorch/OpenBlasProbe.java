package org.filigree.engine.libtorch;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;

/**
 * Loads OpenBLAS and nothing else: with OPENBLAS_VERBOSE=2 it then says on standard error which kernels it chose for this
 * CPU. {@code bin/native-env.sh} asks it before the real JVM starts, because the choice cannot be changed later.
 */
final class OpenBlasProbe {

    private OpenBlasProbe() {}

    public static void main(String[] arguments) {
        Loader.load(openblas.class);
    }
}
