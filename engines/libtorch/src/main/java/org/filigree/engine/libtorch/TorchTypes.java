package org.filigree.engine.libtorch;

import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.filigree.model.DataType;

/** Our types in libtorch's words. */
final class TorchTypes {

    private TorchTypes() {}

    static ScalarType scalarType(DataType type) {
        return switch (type) {
            case FLOAT64 -> ScalarType.Double;
            case FLOAT32 -> ScalarType.Float;
            case BFLOAT16 -> ScalarType.BFloat16;
            case FLOAT16 -> ScalarType.Half;
        };
    }

    static TensorOptions options(ScalarType type) {
        return new TensorOptions().dtype(new ScalarTypeOptional(type));
    }

    static TensorOptions options(DataType type) {
        return options(scalarType(type));
    }
}
