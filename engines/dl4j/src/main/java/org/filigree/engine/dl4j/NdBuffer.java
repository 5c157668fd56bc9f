package org.filigree.engine.dl4j;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Objects;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.filigree.engine.Buffer;
import org.filigree.model.DataType;

/** Rows of a piece of an arena's memory; {@code stride} elements lie between the beginnings of two rows. */
final class NdBuffer implements Buffer {

    /** Most bytes that are seen through one {@link ByteBuffer}. */
    private static final int WINDOW = 1 << 28;

    private final Pointer memory;
    private final long offset;
    private final int stride;
    private final int rows;
    private final int columns;
    private final DataType type;

    NdBuffer(Pointer memory, long offset, int stride, int rows, int columns, DataType type) {
        this.memory = memory;
        this.offset = offset;
        this.stride = stride;
        this.rows = rows;
        this.columns = columns;
        this.type = type;
    }

    @Override
    public DataType type() {
        return type;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    /** The leading dimension, as BLAS calls it. */
    int stride() {
        return stride;
    }

    boolean isContiguous() {
        return stride == columns || rows <= 1;
    }

    /** The element at a place, for native code. */
    FloatPointer at(int row, int column) {
        return new FloatPointer(memory).position(offset + (long) row * stride + column);
    }

    /** Some rows for Java code: row {@code r}'s element {@code c} is at {@code (r - row) * stride + c}. */
    FloatBuffer window(int row, int count) {
        if (count == 0 || columns == 0) {
            return FloatBuffer.allocate(0);
        }
        return bytes(row, count).asFloatBuffer();
    }

    /** Copies rows side by side into an array. */
    void load(int row, int count, float[] into) {
        var window = window(row, count);
        if (isContiguous()) {
            window.get(0, into, 0, count * columns);
            return;
        }
        for (var r = 0; r < count; r++) {
            window.get(r * stride, into, r * columns, columns);
        }
    }

    /** Copies what lies side by side in an array into rows. */
    void store(int row, int count, float[] from) {
        var window = window(row, count);
        if (isContiguous()) {
            window.put(0, from, 0, count * columns);
            return;
        }
        for (var r = 0; r < count; r++) {
            window.put(r * stride, from, r * columns, columns);
        }
    }

    private ByteBuffer bytes(int row, int count) {
        var size = type.bytes();
        var elements = (count - 1L) * stride + columns;
        var from = (offset + (long) row * stride) * size;
        return new BytePointer(memory)
                .capacity(from + elements * size)
                .position(from)
                .asByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public Buffer rows(int from, int count) {
        requireWithin("rows", from, count, rows);
        return new NdBuffer(memory, offset + (long) from * stride, stride, count, columns, type);
    }

    @Override
    public NdBuffer columns(int from, int count) {
        requireWithin("columns", from, count, columns);
        return new NdBuffer(memory, offset + from, stride, rows, count, type);
    }

    @Override
    public Buffer reshape(int newRows, int newColumns) {
        if ((long) newRows * newColumns != (long) rows * columns) {
            throw new IllegalArgumentException(
                    "[%d, %d] cannot be seen as [%d, %d]".formatted(rows, columns, newRows, newColumns));
        }
        if (!isContiguous()) {
            throw new IllegalArgumentException("a column view of [%d, %d] has no other shape".formatted(rows, columns));
        }
        return new NdBuffer(memory, offset, newColumns, newRows, newColumns, type);
    }

    private static void requireWithin(String what, int from, int count, int size) {
        if (from < 0 || count < 0 || from > size - count) {
            throw new IllegalArgumentException("%d %s from %d on, of %d".formatted(count, what, from, size));
        }
    }

    /** Rows that one window may have. */
    private int step() {
        return Math.max(1, WINDOW / (Math.max(1, stride) * type.bytes()));
    }

    @Override
    public void write(float[] values, int from) {
        Objects.checkFromIndexSize(from, Math.multiplyExact(rows, columns), values.length);
        var at = from;
        for (var row = 0; row < rows; row += step()) {
            var count = Math.min(step(), rows - row);
            var window = bytes(row, count);
            for (var r = 0; r < count; r++, at += columns) {
                if (type == DataType.FLOAT32) {
                    window.asFloatBuffer().put(r * stride, values, at, columns);
                } else {
                    window.position(r * stride * type.bytes());
                    for (var c = 0; c < columns; c++) {
                        type.put(window, values[at + c]);
                    }
                }
            }
        }
    }

    @Override
    public void write(ByteBuffer source, DataType stored) {
        var wanted = (long) rows * columns * stored.bytes();
        if (source.remaining() != wanted) {
            throw new IllegalArgumentException("[%d, %d] of %s wants %d bytes, found %d"
                    .formatted(rows, columns, stored, wanted, source.remaining()));
        }
        var values = source.slice().order(ByteOrder.LITTLE_ENDIAN);
        for (var row = 0; row < rows; row += step()) {
            var count = Math.min(step(), rows - row);
            var window = bytes(row, count);
            for (var r = 0; r < count; r++) {
                window.position(r * stride * type.bytes());
                if (stored == type) {
                    window.put(values.slice(values.position(), columns * type.bytes()));
                    values.position(values.position() + columns * type.bytes());
                } else {
                    for (var c = 0; c < columns; c++) {
                        type.put(window, stored.get(values));
                    }
                }
            }
        }
    }

    @Override
    public void read(float[] into, int from) {
        Objects.checkFromIndexSize(from, Math.multiplyExact(rows, columns), into.length);
        var at = from;
        for (var row = 0; row < rows; row += step()) {
            var count = Math.min(step(), rows - row);
            var window = bytes(row, count);
            for (var r = 0; r < count; r++, at += columns) {
                if (type == DataType.FLOAT32) {
                    window.asFloatBuffer().get(r * stride, into, at, columns);
                } else {
                    window.position(r * stride * type.bytes());
                    for (var c = 0; c < columns; c++) {
                        into[at + c] = type.get(window);
                    }
                }
            }
        }
    }
}
