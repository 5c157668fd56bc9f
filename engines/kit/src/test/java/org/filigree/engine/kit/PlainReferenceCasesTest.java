package org.filigree.engine.kit;

import org.filigree.engine.Kernels;

/** The judge itself, in double precision, against Hugging Face and PEFT. */
class PlainReferenceCasesTest extends ReferenceCases {

    @Override
    protected Kernels kernels() {
        return new PlainKernels();
    }
}
