package org.filigree.engine.dl4j;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.filigree.engine.Arena;
import org.filigree.engine.Buffer;
import org.filigree.engine.OutOfEngineMemoryException;
import org.filigree.model.DataType;

/**
 * Memory from the C heap, freed when the arena closes and not when a collector thinks of it: ND4J's own buffers wait for
 * the garbage collector, and its workspaces belong to a thread.
 */
final class NdArena implements Arena {

    /** Of malloc's memory. */
    private static final int ALIGNMENT = 16;

    private final List<Pointer> owned = new ArrayList<>();
    private final List<ByteBuffer> held = new ArrayList<>();
    private long bytes;
    private boolean closed;

    @Override
    public Buffer allocate(DataType type, int rows, int columns) {
        if (rows < 0 || columns < 0) {
            throw new IllegalArgumentException("a buffer of [%d, %d]".formatted(rows, columns));
        }
        if (closed) {
            throw new IllegalStateException("the arena is closed");
        }
        var elements = (long) rows * columns;
        var memory = elements <= Long.MAX_VALUE / type.bytes() ? memory(elements * type.bytes()) : null;
        if (memory == null) {
            throw new OutOfEngineMemoryException("no room for [%d, %d] of %s (%.0f MiB) beside the %d MiB held"
                    .formatted(rows, columns, type, (double) elements * type.bytes() / (1 << 20), bytes >> 20));
        }
        owned.add(memory);
        bytes += elements * type.bytes();
        return new NdBuffer(memory, 0, columns, rows, columns, type);
    }

    /** Null where there is none; of nothing malloc may return nothing, so at least a byte. */
    private static Pointer memory(long size) {
        var memory = Pointer.malloc(Math.max(1, size));
        return memory == null || memory.isNull() ? null : memory;
    }

    @Override
    public Optional<Buffer> over(ByteBuffer data, DataType type, int rows, int columns) {
        if (!data.isDirect() || data.alignmentOffset(data.position(), ALIGNMENT) != 0) {
            return Optional.empty();
        }
        if (data.remaining() != (long) rows * columns * type.bytes()) {
            throw new IllegalArgumentException(
                    "[%d, %d] of %s over %d bytes".formatted(rows, columns, type, data.remaining()));
        }
        held.add(data);
        return Optional.of(new NdBuffer(new BytePointer(data.slice()), 0, columns, rows, columns, type));
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public void close() {
        owned.forEach(Pointer::free);
        owned.clear();
        held.clear();
        bytes = 0;
        closed = true;
    }
}
