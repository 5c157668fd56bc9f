package org.filigree.engine.dl4j.device;

import org.filigree.engine.Kernels;
import org.filigree.engine.kit.SessionCompatibilityKit;
import org.filigree.model.DataType;

class DeviceSessionTest extends SessionCompatibilityKit {

    @Override
    protected Kernels kernels() {
        return new DeviceEngine().open("cpu", DataType.FLOAT32, 2);
    }
}
