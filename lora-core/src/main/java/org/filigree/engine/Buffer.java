package org.filigree.engine;

import java.nio.ByteBuffer;
import org.filigree.model.DataType;

/**
 * A matrix {@code [rows, columns]}, row-major, in an engine's memory. A vector is one row. An {@link Arena} owns the
 * memory; a view shares it and is valid as long as its arena.
 */
public interface Buffer {

    DataType type();

    int rows();

    int columns();

    /** The view {@code [count, columns]} that begins at row {@code from}. Every kernel takes such views. */
    Buffer rows(int from, int count);

    /**
     * The view {@code [rows, count]} that begins at column {@code from}; its rows are no longer contiguous. Only
     * rotary, attention, activations and copy take such views, forward and backward.
     */
    Buffer columns(int from, int count);

    /** The same contiguous memory seen as {@code [rows, columns]}; the product must not change. */
    Buffer reshape(int rows, int columns);

    /** Writes {@code rows * columns} values, rounding to {@link #type()} (nearest, ties to even). */
    void write(float[] values, int offset);

    /** Writes little-endian elements stored as {@code stored}, from the position of {@code bytes} on. */
    void write(ByteBuffer bytes, DataType stored);

    /** Reads {@code rows * columns} values, row by row. */
    void read(float[] into, int offset);

    default float[] read() {
        var values = new float[Math.multiplyExact(rows(), columns())];
        read(values, 0);
        return values;
    }
}
