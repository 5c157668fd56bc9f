package org.filigree.engine.libtorch;

import org.filigree.engine.Kernels;
import org.filigree.engine.kit.ReferenceCases;
import org.filigree.model.DataType;

class LibTorchReferenceCasesTest extends ReferenceCases {

    @Override
    protected Kernels kernels() {
        return new LibTorchEngine().open(TestDevice.NAME, DataType.FLOAT32, 2);
    }

    @Override
    protected String column(Kernels kernels) {
        return super.column(kernels) + (TestDevice.NAME.equals("cpu") ? "" : "-" + TestDevice.NAME);
    }
}
