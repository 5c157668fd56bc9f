package org.filigree.engine.dl4j.device;

import org.filigree.engine.Engine;
import org.filigree.engine.Fingerprint;
import org.filigree.engine.Kernels;
import org.filigree.engine.dl4j.Dl4jEngine;
import org.filigree.model.DataType;

/** The kernels for GPUs on ND4J's CPU backend. */
final class DeviceEngine implements Engine {

    private final Engine engine = new Dl4jEngine();

    @Override
    public String name() {
        return "dl4j-device";
    }

    @Override
    public int preference() {
        return Integer.MIN_VALUE;
    }

    @Override
    public Kernels open(String device, DataType computeType, int threads) {
        if (computeType != DataType.FLOAT32) {
            // It refuses.
            return engine.open(device, computeType, threads);
        }
        return new DeviceKernels(Fingerprint.of(name() + " on ND4J's CPU backend")
                .with("threads", "1")
                .with("type", "float32"));
    }

    @Override
    public int gpus() {
        return 0;
    }

    @Override
    public ComputeChoice bestComputeType(String device, DataType wanted) {
        return engine.bestComputeType(device, wanted);
    }
}
