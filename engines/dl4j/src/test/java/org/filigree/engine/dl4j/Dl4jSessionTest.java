package org.filigree.engine.dl4j;

import org.filigree.engine.Kernels;
import org.filigree.engine.kit.SessionCompatibilityKit;
import org.filigree.model.DataType;

class Dl4jSessionTest extends SessionCompatibilityKit {

    @Override
    protected Kernels kernels() {
        return new Dl4jEngine().open("cpu", DataType.FLOAT32, 2);
    }
}
