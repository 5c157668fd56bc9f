package org.filigree.engine.dl4j;

import java.util.Set;
import org.filigree.engine.Engine;
import org.filigree.engine.Kernels;
import org.filigree.engine.kit.EngineCompatibilityKit;
import org.filigree.model.DataType;

class Dl4jEngineTest extends EngineCompatibilityKit {

    @Override
    protected Engine engine() {
        return new Dl4jEngine();
    }

    @Override
    protected Set<DataType> computeTypes() {
        return Set.of(DataType.FLOAT32);
    }

    @Override
    protected Kernels kernels(DataType computeType) {
        return engine().open("cpu", computeType, 2);
    }

    @Override
    protected boolean computesOnMappedMemory() {
        return true;
    }
}
