package org.filigree.engine.libtorch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The latest causal mask of each thread: a batch asks for the same few again and again, layer after layer. */
final class Masks {

    private Masks() {}

    private record Shape(int queries, int keys, int place, int window, int device) {}

    private record Made(Shape shape, Tensor mask) {}

    private static final ThreadLocal<Made> LATEST = new ThreadLocal<>();

    /**
     * {@code [queries, keys]} of 0 and minus infinity on the device of the scores, or null where every key is seen. It
     * stays the thread's own until its next call.
     *
     * @param place the key at the first query's own place
     */
    static Tensor additive(Tensor scores, int queries, int keys, int place, int window) {
        if (queries == 1 && (window == 0 || window >= keys)) {
            return null;
        }
        var shape = new Shape(queries, keys, place, window, device(scores));
        var made = LATEST.get();
        if (made == null || !made.shape().equals(shape)) {
            if (made != null) {
                // Not left to Java's collector, which sees nothing of the megabytes behind it.
                made.mask().close();
            }
            made = new Made(shape, make(shape, scores));
            LATEST.set(made);
        }
        return made.mask();
    }

    /** -1 for the CPU, another number for each other device. */
    private static int device(Tensor scores) {
        if (scores.is_cpu()) {
            return -1;
        }
        var device = scores.device();
        return device.type().value << Byte.SIZE | Byte.toUnsignedInt(device.index());
    }

    private static Tensor make(Shape shape, Tensor scores) {
        try (var scope = new PointerScope()) {
            var size = new long[] {shape.queries(), shape.keys()};
            var hidden = torch.full(size, new Scalar(Float.NEGATIVE_INFINITY), Indices.like(scores));
            var mask = torch.triu(hidden, shape.place() + 1L);
            if (shape.window() > 0) {
                mask = torch.where(
                        torch.tril(torch.ones(size, Indices.like(scores)), (long) shape.place() - shape.window())
                                .to(torch.ScalarType.Bool),
                        hidden,
                        mask);
            }
            mask.retainReference();
            return mask;
        }
    }
}
