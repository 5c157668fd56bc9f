package org.filigree.trainer.input;

import org.filigree.format.HuggingFaceFolder;
import org.filigree.lora.AdapterPlan;

/** The values that full training starts from. */
final class FirstValues {

    private FirstValues() {}

    /** A base's weights in the plan's order, {@code [plan.layout().size()]}. */
    static float[] ofBase(HuggingFaceFolder base, AdapterPlan plan) {
        var values = new float[plan.layout().size()];
        for (var tensor : plan.layout().tensors()) {
            System.arraycopy(base.read(tensor.name()).floats(), 0, values, tensor.offset(), tensor.elements());
        }
        return values;
    }
}
