package org.filigree.engine.dl4j.device;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import org.filigree.engine.Buffer;
import org.filigree.model.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Rows of a piece of an array; {@code stride} elements lie between the beginnings of two rows. */
final class DeviceBuffer implements Buffer {

    private final INDArray memory;
    private final long offset;
    private final int stride;
    private final int rows;
    private final int columns;
    private final DataType type;

    DeviceBuffer(INDArray memory, long offset, int stride, int rows, int columns, DataType type) {
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

    boolean isEmpty() {
        return rows == 0 || columns == 0;
    }

    /** The view {@code [rows, columns]}, through which is written. */
    INDArray array() {
        return view(offset, new long[] {rows, columns}, stride, 1);
    }

    /** The view {@code [parts, count, width]} of rows from {@code row} and columns from {@code column}, part by part. */
    INDArray parts(int row, int count, int column, int parts, int width) {
        var from = offset + (long) row * stride + column;
        return view(from, new long[] {parts, count, width}, width, stride, 1);
    }

    private INDArray view(long from, long[] shape, long... strides) {
        return Nd4j.create(memory.data(), shape, strides, from, 'c');
    }

    @Override
    public DeviceBuffer rows(int from, int count) {
        requireWithin("rows", from, count, rows);
        return new DeviceBuffer(memory, offset + (long) from * stride, stride, count, columns, type);
    }

    @Override
    public DeviceBuffer columns(int from, int count) {
        requireWithin("columns", from, count, columns);
        return new DeviceBuffer(memory, offset + from, stride, rows, count, type);
    }

    @Override
    public DeviceBuffer reshape(int newRows, int newColumns) {
        if ((long) newRows * newColumns != (long) rows * columns) {
            throw new IllegalArgumentException(
                    "[%d, %d] cannot be seen as [%d, %d]".formatted(rows, columns, newRows, newColumns));
        }
        if (stride != columns && rows > 1) {
            throw new IllegalArgumentException("a column view of [%d, %d] has no other shape".formatted(rows, columns));
        }
        return new DeviceBuffer(memory, offset, newColumns, newRows, newColumns, type);
    }

    private static void requireWithin(String what, int from, int count, int size) {
        if (from < 0 || count < 0 || from > size - count) {
            throw new IllegalArgumentException("%d %s from %d on, of %d".formatted(count, what, from, size));
        }
    }

    @Override
    public void write(float[] values, int from) {
        var size = Math.multiplyExact(rows, columns);
        Objects.checkFromIndexSize(from, size, values.length);
        upload(Arrays.copyOfRange(values, from, from + size));
    }

    @Override
    public void write(ByteBuffer source, DataType stored) {
        var wanted = (long) rows * columns * stored.bytes();
        if (source.remaining() != wanted) {
            throw new IllegalArgumentException("[%d, %d] of %s wants %d bytes, found %d"
                    .formatted(rows, columns, stored, wanted, source.remaining()));
        }
        var from = source.slice().order(ByteOrder.LITTLE_ENDIAN);
        var values = new float[Math.multiplyExact(rows, columns)];
        for (var i = 0; i < values.length; i++) {
            values[i] = stored.get(from);
        }
        upload(values);
    }

    private void upload(float[] values) {
        if (isEmpty()) {
            return;
        }
        if (type != DataType.FLOAT32) {
            var one = ByteBuffer.allocate(type.bytes());
            for (var i = 0; i < values.length; i++) {
                type.put(one.clear(), values[i]);
                values[i] = type.get(one.flip());
            }
        }
        try (var temporaries = new Temporaries()) {
            array().assign(temporaries.own(Nd4j.createFromArray(values)).reshape('c', rows, columns));
        }
    }

    @Override
    public void read(float[] into, int from) {
        Objects.checkFromIndexSize(from, Math.multiplyExact(rows, columns), into.length);
        if (isEmpty()) {
            return;
        }
        try (var temporaries = new Temporaries()) {
            var values = temporaries.own(array().dup('c')).data().asFloat();
            System.arraycopy(values, 0, into, from, rows * columns);
        }
    }
}
