package org.filigree.engine;

import java.util.HashMap;
import java.util.Map;

/** Keys and values of one text's past, by attention layer. */
final class KeyValueCache implements AutoCloseable {

    private record Pair(Buffer keys, Buffer values) {}

    private final Kernels kernels;
    private final Arena arena;
    private final int capacity;
    private final Map<Integer, Pair> layers = new HashMap<>();
    private int past;

    KeyValueCache(Kernels kernels, int capacity) {
        this.kernels = kernels;
        this.arena = kernels.arena();
        this.capacity = capacity;
    }

    int past() {
        return past;
    }

    int capacity() {
        return capacity;
    }

    /** Appends one layer's keys and values {@code [n, width]}. All layers append before {@link #advance}. */
    void append(int layer, Buffer keys, Buffer values) {
        var pair = layers.computeIfAbsent(
                layer,
                l -> new Pair(
                        arena.allocate(keys.type(), capacity, keys.columns()),
                        arena.allocate(values.type(), capacity, values.columns())));
        kernels.copy(keys, pair.keys().rows(past, keys.rows()));
        kernels.copy(values, pair.values().rows(past, values.rows()));
    }

    /** All keys of the layer, those just appended included. */
    Buffer keys(int layer, int appended) {
        return layers.get(layer).keys().rows(0, past + appended);
    }

    Buffer values(int layer, int appended) {
        return layers.get(layer).values().rows(0, past + appended);
    }

    void advance(int appended) {
        past += appended;
    }

    @Override
    public void close() {
        arena.close();
    }
}
