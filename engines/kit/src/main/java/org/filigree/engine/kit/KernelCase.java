package org.filigree.engine.kit;

import java.util.List;
import java.util.function.Consumer;
import org.filigree.engine.Kernels;

/**
 * One kernel on one shape.
 *
 * @param kernel the method of {@link org.filigree.engine.Kernels}
 * @param claim what holds
 * @param body makes the operands and calls the kernel
 */
record KernelCase(String kernel, String claim, Consumer<Trial> body) {

    /** Runs on an engine and compares it with the judge. */
    void judge(Kernels kernels) {
        try (var trial = new Trial(kernels, this.toString())) {
            body.accept(trial);
            trial.sidesAgree();
        }
    }

    /** Runs on an engine; what it leaves, as bits. */
    List<long[]> bits(Kernels kernels) {
        try (var trial = new Trial(kernels, this.toString())) {
            body.accept(trial);
            return trial.bits();
        }
    }

    @Override
    public String toString() {
        return kernel + ": " + claim;
    }
}
