package org.filigree.engine.libtorch;

import org.filigree.engine.Kernels;
import org.filigree.engine.kit.SessionCompatibilityKit;
import org.filigree.model.DataType;

class LibTorchSessionTest extends SessionCompatibilityKit {

    @Override
    protected Kernels kernels() {
        return new LibTorchEngine().open(TestDevice.NAME, DataType.FLOAT32, 2);
    }
}
