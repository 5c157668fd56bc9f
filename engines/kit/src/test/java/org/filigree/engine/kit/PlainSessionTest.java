package org.filigree.engine.kit;

import org.filigree.engine.Kernels;

class PlainSessionTest extends SessionCompatibilityKit {

    @Override
    protected Kernels kernels() {
        return new PlainKernels();
    }
}
