package org.filigree.engine.libtorch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.filigree.engine.Buffer;

/** Rotary positions: each head's halves turned by the row's angles. */
final class Rotation {

    private Rotation() {}

    static void rotary(Buffer x, int headDim, Buffer cos, Buffer sin, boolean inverse, Buffer out) {
        Shapes.same("rotary", x, out);
        Shapes.same("rotary", cos, sin);
        Shapes.sameRows("rotary", x, cos);
        Shapes.require(
                headDim % 2 == 0 && x.columns() % headDim == 0, "rotary", "x", x, "a multiple of headDim columns");
        Shapes.require(cos.columns() == headDim / 2, "rotary", "cos", cos, headDim / 2 + " columns");
        var half = headDim / 2;
        try (var scope = new PointerScope()) {
            var input = TorchBuffer.tensor(x);
            var from = heads(input, x, headDim);
            var to = heads(TorchBuffer.tensor(out), out, headDim);
            var c = TorchBuffer.tensor(cos).to(input.scalar_type()).unsqueeze(1);
            var s = TorchBuffer.tensor(sin).to(input.scalar_type()).unsqueeze(1);
            var sign = new Scalar(inverse ? -1.0 : 1.0);
            var opposite = new Scalar(inverse ? 1.0 : -1.0);
            var left = from.narrow(2, 0, half);
            var right = from.narrow(2, half, half);
            var newLeft = left.mul(c).addcmul_(right, s, opposite);
            var toRight = to.narrow(2, half, half);
            torch.mul_out(toRight, right, c);
            toRight.addcmul_(left, s, sign);
            to.narrow(2, 0, half).copy_(newLeft);
        }
    }

    private static Tensor heads(Tensor tensor, Buffer shape, int headDim) {
        return tensor.unflatten(1, shape.columns() / headDim, headDim);
    }
}
