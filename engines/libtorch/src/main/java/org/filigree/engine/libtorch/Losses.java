package org.filigree.engine.libtorch;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.filigree.engine.Buffer;

/** Cross-entropy over rows of logits, in float32. */
final class Losses {

    private static final long[] LAST = {-1};

    private Losses() {}

    static void crossEntropy(Buffer logits, int[] targets, double[] losses, Buffer dLogits) {
        if (targets.length != logits.rows() || losses.length != logits.rows()) {
            throw new IllegalArgumentException("crossEntropy: %d rows of logits, %d targets, %d losses"
                    .formatted(logits.rows(), targets.length, losses.length));
        }
        for (var target : targets) {
            if (target < 0 || target >= logits.columns()) {
                throw new IllegalArgumentException(
                        "crossEntropy: target %d of %d classes".formatted(target, logits.columns()));
            }
        }
        try (var scope = new PointerScope()) {
            var given = TorchBuffer.tensor(logits);
            var values = TorchTypes.wide(given);
            var index = Indices.of(targets, given).unsqueeze(1);
            var sums = torch.logsumexp(values, LAST, true);
            var perRow = sums.sub(values.gather(1, index))
                    .to(ScalarType.Double)
                    .contiguous()
                    .cpu();
            new DoublePointer(perRow.data_ptr()).capacity(losses.length).get(losses);
            if (dLogits == null) {
                return;
            }
            Shapes.same("crossEntropy", logits, dLogits);
            var gradient = TorchBuffer.tensor(dLogits);
            Tensor wide = TorchTypes.same(gradient, values) ? gradient : values;
            torch.sub_out(wide, values, sums);
            wide.exp_();
            wide.scatter_add_(
                    1, index, torch.full(new long[] {targets.length, 1}, new Scalar(-1.0), Indices.like(wide)));
            if (!TorchTypes.same(gradient, wide)) {
                gradient.copy_(wide);
            }
        }
    }

    static int[] argMax(Buffer logits) {
        try (var scope = new PointerScope()) {
            var best = torch.argmax(TorchBuffer.tensor(logits), new LongOptional(1), false)
                    .contiguous()
                    .cpu();
            var columns = new long[logits.rows()];
            new LongPointer(best.data_ptr()).capacity(columns.length).get(columns);
            return java.util.Arrays.stream(columns).mapToInt(Math::toIntExact).toArray();
        }
    }
}
