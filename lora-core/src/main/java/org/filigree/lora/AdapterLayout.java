package org.filigree.lora;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The trainable tensors of one adapter, side by side in one array of floats: what is averaged, sent, saved and
 * optimised is then a {@code float[]}, whatever the method. Tensors stand in the order of their names.
 */
public final class AdapterLayout {

    /**
     * @param name the Hugging Face name: {@code model.layers.0.self_attn.q_proj.lora_A.weight}; for full training the
     *     weight's own
     * @param offset of its first element; row-major from there
     */
    public record Tensor(String name, int rows, int columns, int offset) {
        public int elements() {
            return rows * columns;
        }
    }

    /** A tensor's name and shape, before it has a place. */
    public record Shape(String name, int rows, int columns) {}

    private final List<Tensor> tensors;
    private final Map<String, Tensor> byName;
    private final int size;

    private AdapterLayout(List<Tensor> tensors, int size) {
        this.tensors = List.copyOf(tensors);
        this.size = size;
        this.byName = new HashMap<>();
        for (var tensor : tensors) {
            if (byName.put(tensor.name(), tensor) != null) {
                throw new IllegalArgumentException("two tensors are called " + tensor.name());
            }
        }
    }

    /** Places tensors in the order of their names. */
    public static AdapterLayout of(List<Shape> shapes) {
        var tensors = new java.util.ArrayList<Tensor>();
        long offset = 0;
        for (var shape : shapes.stream()
                .sorted(java.util.Comparator.comparing(Shape::name))
                .toList()) {
            tensors.add(new Tensor(shape.name(), shape.rows(), shape.columns(), Math.toIntExact(offset)));
            offset += (long) shape.rows() * shape.columns();
        }
        return new AdapterLayout(tensors, Math.toIntExact(offset));
    }

    public List<Tensor> tensors() {
        return tensors;
    }

    /** The tensor of that name, or null. */
    public Tensor find(String name) {
        return byName.get(name);
    }

    /** Elements of all tensors: the length of an adapter's values. */
    public int size() {
        return size;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AdapterLayout that && tensors.equals(that.tensors);
    }

    @Override
    public int hashCode() {
        return tensors.hashCode();
    }

    @Override
    public String toString() {
        return tensors.size() + " tensors, " + size + " elements";
    }
}
