package org.filigree.engine.dl4j.device;

import org.filigree.engine.Kernels;
import org.filigree.engine.kit.ReferenceCases;
import org.filigree.model.DataType;

class DeviceReferenceCasesTest extends ReferenceCases {

    @Override
    protected Kernels kernels() {
        return new DeviceEngine().open("cpu", DataType.FLOAT32, 2);
    }
}
