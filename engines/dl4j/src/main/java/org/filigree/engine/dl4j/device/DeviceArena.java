package org.filigree.engine.dl4j.device;

import java.util.ArrayList;
import java.util.List;
import org.filigree.engine.Arena;
import org.filigree.engine.Buffer;
import org.filigree.engine.OutOfEngineMemoryException;
import org.filigree.model.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Arrays of float32, closed with the arena. What is asked for in a narrower type is held as float32, rounded. */
final class DeviceArena implements Arena {

    private static final long ELEMENT = Float.BYTES;

    private final List<INDArray> owned = new ArrayList<>();
    private long bytes;
    private boolean closed;

    @Override
    public Buffer allocate(DataType type, int rows, int columns) {
        if (rows < 0 || columns < 0 || type == DataType.FLOAT64) {
            throw new IllegalArgumentException("a buffer of [%d, %d], %s".formatted(rows, columns, type));
        }
        if (closed) {
            throw new IllegalStateException("the arena is closed");
        }
        var elements = (long) rows * columns;
        var memory = elements <= Long.MAX_VALUE / ELEMENT ? memory(Math.max(1, elements)) : null;
        if (memory == null) {
            throw new OutOfEngineMemoryException("no room for [%d, %d] of %s (%.0f MiB) beside the %d MiB held"
                    .formatted(rows, columns, type, (double) elements * ELEMENT / (1 << 20), bytes >> 20));
        }
        owned.add(memory);
        bytes += elements * ELEMENT;
        return new DeviceBuffer(memory, 0, columns, rows, columns, type);
    }

    /** Null where there is none: backends say so by an error or by an exception of their own. */
    private static INDArray memory(long elements) {
        try {
            return Nd4j.createUninitialized(org.nd4j.linalg.api.buffer.DataType.FLOAT, elements);
        } catch (OutOfMemoryError | RuntimeException e) {
            return null;
        }
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public void close() {
        owned.forEach(INDArray::close);
        owned.clear();
        bytes = 0;
        closed = true;
    }
}
