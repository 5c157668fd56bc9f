package org.filigree.engine.libtorch;

import org.filigree.engine.Kernels;
import org.filigree.engine.kit.ReferenceCases;
import org.filigree.model.DataType;

class LibTorchReferenceCasesTest extends ReferenceCases {

    @Override
    protected Kernels kernels() {
        return new LibTorchEngine().open("cpu", DataType.FLOAT32, 2);
    }
}
