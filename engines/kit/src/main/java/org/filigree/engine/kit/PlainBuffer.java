package org.filigree.engine.kit;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.filigree.engine.Buffer;
import org.filigree.model.DataType;

/** A matrix in a shared {@code double[]}; a narrower type is kept by rounding whatever is set. */
final class PlainBuffer implements Buffer {

    final double[] data;
    final int offset;
    final int stride;
    final int rows;
    final int columns;
    private final DataType type;

    PlainBuffer(double[] data, int offset, int stride, int rows, int columns, DataType type) {
        this.data = data;
        this.offset = offset;
        this.stride = stride;
        this.rows = rows;
        this.columns = columns;
        this.type = type;
    }

    /** Index in {@link #data} of the first element of a row. */
    int at(int row) {
        return offset + row * stride;
    }

    double get(int row, int column) {
        return data[at(row) + column];
    }

    void set(int row, int column, double value) {
        data[at(row) + column] = StoredNumbers.round(type, value);
    }

    void add(int row, int column, double value) {
        set(row, column, get(row, column) + value);
    }

    void fill(double value) {
        for (var r = 0; r < rows; r++) {
            for (var c = 0; c < columns; c++) {
                set(r, c, value);
            }
        }
    }

    boolean isShape(int wantedRows, int wantedColumns) {
        return rows == wantedRows && columns == wantedColumns;
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

    @Override
    public Buffer rows(int from, int count) {
        if (from < 0 || count < 0 || from + count > rows) {
            throw new IllegalArgumentException("rows %d to %d of %d".formatted(from, from + count, rows));
        }
        return new PlainBuffer(data, at(from), stride, count, columns, type);
    }

    @Override
    public Buffer columns(int from, int count) {
        if (from < 0 || count < 0 || from + count > columns) {
            throw new IllegalArgumentException("columns %d to %d of %d".formatted(from, from + count, columns));
        }
        return new PlainBuffer(data, offset + from, stride, rows, count, type);
    }

    @Override
    public Buffer reshape(int newRows, int newColumns) {
        if ((stride != columns && rows > 1) || (long) newRows * newColumns != (long) rows * columns) {
            throw new IllegalArgumentException("[%d, %d]%s seen as [%d, %d]"
                    .formatted(rows, columns, stride == columns ? "" : " (a column view)", newRows, newColumns));
        }
        return new PlainBuffer(data, offset, newColumns, newRows, newColumns, type);
    }

    @Override
    public void write(float[] values, int from) {
        requireRoom(values.length, from);
        for (var r = 0; r < rows; r++) {
            for (var c = 0; c < columns; c++) {
                set(r, c, values[from + r * columns + c]);
            }
        }
    }

    @Override
    public void write(ByteBuffer bytes, DataType stored) {
        var source = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (source.remaining() < (long) rows * columns * stored.bytes()) {
            throw new IllegalArgumentException("[%d, %d] of %s wants %d bytes, found %d"
                    .formatted(rows, columns, stored, (long) rows * columns * stored.bytes(), source.remaining()));
        }
        for (var r = 0; r < rows; r++) {
            for (var c = 0; c < columns; c++) {
                set(r, c, StoredNumbers.get(source, stored));
            }
        }
    }

    @Override
    public void read(float[] into, int from) {
        requireRoom(into.length, from);
        for (var r = 0; r < rows; r++) {
            for (var c = 0; c < columns; c++) {
                into[from + r * columns + c] = (float) get(r, c);
            }
        }
    }

    private void requireRoom(int length, int from) {
        if (from < 0 || length - from < (long) rows * columns) {
            throw new IllegalArgumentException(
                    "[%d, %d] from offset %d of an array of %d".formatted(rows, columns, from, length));
        }
    }
}
