package org.filigree.engine.dl4j;

/** Why a GPU is refused. */
final class Gpus {

    private Gpus() {}

    static String refusal(Nd4jNatives natives) {
        return natives.isCpu() ? "only cpu: the CUDA backend is not on the class path" : "its kernels run on cpu only";
    }
}
