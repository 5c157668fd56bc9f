package org.filigree.engine.libtorch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.filigree.engine.AdamWStep;
import org.filigree.engine.Buffer;

/** AdamW and the norm that clipping needs. */
final class Optimizer {

    /** Elements turned to float64 at once: what a CPU's cache holds, and on a GPU enough for one wait to pay. */
    private static final int CHUNK = 1 << 16;

    private static final int GPU_CHUNK = 1 << 23;

    private Optimizer() {}

    static void adamW(Buffer parameter, Buffer gradient, Buffer m, Buffer v, AdamWStep step) {
        Shapes.same("adamW", parameter, gradient, m, v);
        try (var scope = new PointerScope()) {
            var p = TorchBuffer.tensor(parameter);
            var g = TorchBuffer.tensor(gradient);
            var first = TorchBuffer.tensor(m);
            var second = TorchBuffer.tensor(v);
            var scale = step.gradientScale();
            p.mul_(new Scalar(1 - step.learningRate() * step.weightDecay()));
            first.mul_(new Scalar(step.beta1())).add_(g, new Scalar((1 - step.beta1()) * scale));
            second.mul_(new Scalar(step.beta2())).addcmul_(g, g, new Scalar((1 - step.beta2()) * scale * scale));
            var root = second.sqrt()
                    .mul_(new Scalar(1 / Math.sqrt(step.correction2())))
                    .add_(new Scalar(step.epsilon()));
            p.addcdiv_(first, root, new Scalar(-step.learningRate() / step.correction1()));
        }
    }

    static double sumOfSquares(Buffer values) {
        var total = 0.0;
        var chunk = TorchBuffer.tensor(values).is_cpu() ? CHUNK : GPU_CHUNK;
        var rows = Math.max(1, chunk / Math.max(1, values.columns()));
        for (var from = 0; from < values.rows(); from += rows) {
            try (var scope = new PointerScope()) {
                var part = TorchBuffer.tensor(values)
                        .narrow(0, from, Math.min(rows, values.rows() - from))
                        .to(ScalarType.Double);
                total += torch.sum(part.mul_(part), new ScalarTypeOptional()).item_double();
            }
        }
        return total;
    }
}
