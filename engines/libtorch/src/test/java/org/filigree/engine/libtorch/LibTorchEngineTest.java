package org.filigree.engine.libtorch;

import java.util.Set;
import org.filigree.engine.Engine;
import org.filigree.engine.Kernels;
import org.filigree.engine.kit.EngineCompatibilityKit;
import org.filigree.model.DataType;

class LibTorchEngineTest extends EngineCompatibilityKit {

    @Override
    protected Engine engine() {
        return new LibTorchEngine();
    }

    @Override
    protected Set<DataType> computeTypes() {
        return Set.of(DataType.FLOAT32, DataType.BFLOAT16);
    }

    @Override
    protected Kernels kernels(DataType computeType) {
        return engine().open(TestDevice.NAME, computeType, 2);
    }

    @Override
    protected boolean computesOnMappedMemory() {
        return TestDevice.NAME.equals("cpu");
    }
}
