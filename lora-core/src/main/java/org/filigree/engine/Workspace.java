package org.filigree.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.filigree.model.DataType;

/**
 * The buffers of a tape, reused by shape. Every buffer has room for the largest batch seen, rounded up to a bucket, so
 * batches of any length run in the same memory and resident memory stays flat. Grows only between batches.
 */
final class Workspace implements AutoCloseable {

    /** Tokens are rounded up to an eighth of the next power of two, at least this many. */
    private static final int SMALLEST_BUCKET = 16;

    /** What a buffer has room for: the tokens of the largest batch, or of a chunk of the head. */
    enum Room {
        BATCH,
        CHUNK
    }

    private record Shape(DataType type, int rows, int columns) {}

    /** A buffer of full capacity and its latest view, which batches of one length reuse. */
    private static final class Slab {
        final Shape shape;
        final Buffer whole;
        Buffer view;

        Slab(Shape shape, Buffer whole) {
            this.shape = shape;
            this.whole = whole;
            this.view = whole;
        }

        Buffer rows(int count) {
            if (view.rows() != count) {
                view = count == whole.rows() ? whole : whole.rows(0, count);
            }
            return view;
        }
    }

    private final Kernels kernels;
    private final int chunk;
    private final Map<Shape, Deque<Slab>> free = new HashMap<>();
    private final IdentityHashMap<Region, Slab> taken = new IdentityHashMap<>();
    private Arena arena;
    private int capacity;

    /** @param chunk rows of the smaller of the two sizes of buffers: those of the head */
    Workspace(Kernels kernels, int chunk) {
        this.kernels = kernels;
        this.chunk = chunk;
        this.arena = kernels.arena();
    }

    /** Makes room for a batch of {@code tokens}. Nothing may be taken. */
    void begin(int tokens) {
        if (!taken.isEmpty()) {
            throw new IllegalStateException(taken.size() + " buffers were not given back");
        }
        if (tokens > capacity) {
            reset();
            capacity = bucket(tokens);
        }
    }

    /** Gives everything back after a failure, whatever is still taken. */
    void reset() {
        free.clear();
        taken.clear();
        arena.close();
        arena = kernels.arena();
        capacity = 0;
    }

    static int bucket(int tokens) {
        var power = Math.max(SMALLEST_BUCKET, Integer.highestOneBit(Math.max(1, tokens - 1)) * 2);
        var step = Math.max(SMALLEST_BUCKET, power / 8);
        return (tokens + step - 1) / step * step;
    }

    /**
     * A buffer {@code [rows, columns]} of unspecified content. A short batch has no fewer buffers than a long one, so it
     * takes those, and not the smaller ones of a chunk.
     */
    Region take(Room wanted, DataType type, int rows, int columns) {
        var room = Math.max(rows, wanted == Room.CHUNK ? Math.min(chunk, capacity) : capacity);
        var shape = new Shape(type, room, columns);
        var slab = free.computeIfAbsent(shape, s -> new ArrayDeque<>()).poll();
        if (slab == null) {
            slab = new Slab(shape, arena.allocate(type, room, columns));
        }
        var region = new Region(this, null, slab.rows(rows));
        taken.put(region, slab);
        return region;
    }

    void give(Region region) {
        var slab = taken.remove(region);
        if (slab == null) {
            throw new IllegalStateException("a buffer that was not taken here");
        }
        free.get(slab.shape).push(slab);
    }

    long bytes() {
        return arena.bytes();
    }

    @Override
    public void close() {
        arena.close();
    }
}
