package org.filigree.engine.kit;

import org.filigree.engine.Engine;
import org.filigree.engine.EngineUnavailableException;
import org.filigree.engine.Kernels;
import org.filigree.model.DataType;

/** Plain Java in double precision: the judge of other engines, and enough for tiny models. */
public final class PlainEngine implements Engine {

    @Override
    public String name() {
        return "plain";
    }

    /** The last that {@code auto} would take. */
    @Override
    public int preference() {
        return Integer.MIN_VALUE;
    }

    @Override
    public Kernels open(String device, DataType computeType, int threads) {
        if (!device.equals("cpu")) {
            throw new EngineUnavailableException("engine plain: device " + device + " is not there, only cpu");
        }
        if (computeType != DataType.FLOAT64) {
            throw new EngineUnavailableException("engine plain: computes in FLOAT64 only, not " + computeType);
        }
        return new PlainKernels();
    }

    @Override
    public int gpus() {
        return 0;
    }

    @Override
    public ComputeChoice bestComputeType(String device, DataType wanted) {
        return new ComputeChoice(DataType.FLOAT64, "the plain engine computes in double precision only");
    }
}
