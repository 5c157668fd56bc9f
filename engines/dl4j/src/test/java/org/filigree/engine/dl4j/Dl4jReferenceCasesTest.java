package org.filigree.engine.dl4j;

import org.filigree.engine.Kernels;
import org.filigree.engine.kit.ReferenceCases;
import org.filigree.model.DataType;

class Dl4jReferenceCasesTest extends ReferenceCases {

    @Override
    protected Kernels kernels() {
        return new Dl4jEngine().open("cpu", DataType.FLOAT32, 2);
    }
}
