package org.filigree.engine.libtorch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The latest causal mask of each thread: a batch asks for the same few again and again, layer after layer. */
final class Masks {

    private Masks() {}

    private record Shape(int queries, int keys, int place, int window) {}

    private record Made(Shape shape, Tensor mask) {}

    private static final ThreadLocal<Made> LATEST = new ThreadLocal<>();

    /**
     * {@code [queries, keys]} of 0 and minus infinity, or null where every key is seen.
     *
     * @param place the key at the first query's own place
     */
    static Tensor additive(int queries, int keys, int place, int window) {
        if (queries == 1 && (window == 0 || window >= keys)) {
            return null;
        }
        var shape = new Shape(queries, keys, place, window);
        var made = LATEST.get();
        if (made == null || !made.shape().equals(shape)) {
            made = new Made(shape, make(shape));
            LATEST.set(made);
        }
        return made.mask();
    }

    private static Tensor make(Shape shape) {
        try (var scope = new PointerScope()) {
            var hidden = torch.full(new long[] {shape.queries(), shape.keys()}, new Scalar(Float.NEGATIVE_INFINITY));
            var mask = torch.triu(hidden, shape.place() + 1L);
            if (shape.window() > 0) {
                mask = torch.where(
                        torch.tril(torch.ones(shape.queries(), shape.keys()), (long) shape.place() - shape.window())
                                .to(torch.ScalarType.Bool),
                        hidden,
                        mask);
            }
            mask.retainReference();
            return mask;
        }
    }
}
