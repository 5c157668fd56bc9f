package org.filigree.engine.kit;

import org.filigree.engine.Arena;
import org.filigree.engine.Buffer;
import org.filigree.model.DataType;

/** Counts what it handed out; the garbage collector does the rest. */
final class PlainArena implements Arena {

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
        var data = new double[Math.multiplyExact(rows, columns)];
        bytes += (long) data.length * Double.BYTES;
        return new PlainBuffer(data, 0, columns, rows, columns, type);
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public void close() {
        closed = true;
        bytes = 0;
    }
}
