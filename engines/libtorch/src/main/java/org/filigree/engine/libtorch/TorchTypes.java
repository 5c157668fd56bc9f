package org.filigree.engine.libtorch;

import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
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

    /** JavaCPP returns a new object for each enum value, so {@code ==} alone would never hold. */
    static boolean is(Tensor tensor, ScalarType type) {
        return tensor.scalar_type().intern() == type;
    }

    static boolean same(Tensor one, Tensor other) {
        return is(one, other.scalar_type().intern());
    }

    /** In float32 where it is bfloat16: statistics and sums of products are never narrower. */
    static Tensor wide(Tensor tensor) {
        return is(tensor, ScalarType.BFloat16) ? tensor.to(ScalarType.Float) : tensor;
    }

    /** In the type of the other tensor. */
    static Tensor like(Tensor tensor, Tensor other) {
        return same(tensor, other) ? tensor : tensor.to(other.scalar_type());
    }

    static TensorOptions options(ScalarType type) {
        return new TensorOptions().dtype(new ScalarTypeOptional(type));
    }

    static TensorOptions options(DataType type) {
        return options(scalarType(type));
    }
}
