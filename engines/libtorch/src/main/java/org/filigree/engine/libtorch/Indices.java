package org.filigree.engine.libtorch;

import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Java's integers as libtorch's index tensors, on the device of another tensor. Valid within the caller's scope. */
final class Indices {

    private Indices() {}

    static Tensor of(int[] values, Tensor where) {
        var longs = new long[values.length];
        for (var i = 0; i < values.length; i++) {
            longs[i] = values[i];
        }
        var host = torch.from_blob(
                new LongPointer(longs), new long[] {values.length}, TorchTypes.options(ScalarType.Long));
        return where.is_cpu() ? host : host.to(where.device(), ScalarType.Long);
    }

    /** Options of a tensor's type and device. */
    static TensorOptions like(Tensor tensor) {
        return TorchTypes.options(tensor.scalar_type()).device(new DeviceOptional(tensor.device()));
    }

    static void requireWithin(String kernel, int[] rows, int limit) {
        for (var row : rows) {
            if (row < 0 || row >= limit) {
                throw new IllegalArgumentException("%s: row %d of %d".formatted(kernel, row, limit));
            }
        }
    }
}
