package org.filigree.engine.libtorch;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.filigree.engine.Buffer;
import org.filigree.model.DataType;

/** A two-dimensional tensor that does not own its memory: the arena does, so that closing it frees all at once. */
final class TorchBuffer implements Buffer {

    private final Tensor tensor;
    private final DataType type;
    private final int rows;
    private final int columns;

    TorchBuffer(Tensor tensor, DataType type, int rows, int columns) {
        this.tensor = tensor;
        this.type = type;
        this.rows = rows;
        this.columns = columns;
    }

    static Tensor tensor(Buffer buffer) {
        return ((TorchBuffer) Objects.requireNonNull(buffer, "buffer")).tensor;
    }

    Tensor tensor() {
        return tensor;
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
        requireWithin("rows", from, count, rows);
        return new TorchBuffer(tensor.narrow(0, from, count), type, count, columns);
    }

    @Override
    public Buffer columns(int from, int count) {
        requireWithin("columns", from, count, columns);
        return new TorchBuffer(tensor.narrow(1, from, count), type, rows, count);
    }

    @Override
    public Buffer reshape(int newRows, int newColumns) {
        if ((long) newRows * newColumns != (long) rows * columns) {
            throw new IllegalArgumentException(
                    "[%d, %d] cannot be seen as [%d, %d]".formatted(rows, columns, newRows, newColumns));
        }
        if (!tensor.is_contiguous()) {
            throw new IllegalArgumentException("a column view of [%d, %d] has no other shape".formatted(rows, columns));
        }
        return new TorchBuffer(tensor.view(newRows, newColumns), type, newRows, newColumns);
    }

    private static void requireWithin(String what, int from, int count, int size) {
        if (from < 0 || count < 0 || from > size - count) {
            throw new IllegalArgumentException("%d %s from %d on, of %d".formatted(count, what, from, size));
        }
    }

    private boolean isPlainFloats() {
        return type == DataType.FLOAT32 && tensor.is_contiguous() && tensor.is_cpu();
    }

    private FloatPointer floats() {
        return new FloatPointer(tensor.data_ptr()).capacity((long) rows * columns);
    }

    @Override
    public void write(float[] values, int offset) {
        var count = Math.multiplyExact(rows, columns);
        Objects.checkFromIndexSize(offset, count, values.length);
        if (count == 0) {
            return;
        }
        try (var scope = new PointerScope()) {
            if (isPlainFloats()) {
                floats().put(values, offset, count);
                return;
            }
            var source = new FloatPointer(count).put(values, offset, count);
            tensor.copy_(torch.from_blob(source, new long[] {rows, columns}, TorchTypes.options(DataType.FLOAT32)));
        }
    }

    @Override
    public void write(ByteBuffer bytes, DataType stored) {
        var wanted = (long) rows * columns * stored.bytes();
        if (bytes.remaining() != wanted) {
            throw new IllegalArgumentException("[%d, %d] of %s wants %d bytes, found %d"
                    .formatted(rows, columns, stored, wanted, bytes.remaining()));
        }
        try (var scope = new PointerScope()) {
            Pointer source = bytes.isDirect() ? new BytePointer(bytes.slice()) : copied(bytes);
            tensor.copy_(torch.from_blob(source, new long[] {rows, columns}, TorchTypes.options(stored)));
        }
    }

    private static Pointer copied(ByteBuffer bytes) {
        var array = new byte[bytes.remaining()];
        bytes.duplicate().get(array);
        return new BytePointer(array.length).put(array, 0, array.length);
    }

    @Override
    public void read(float[] into, int offset) {
        var count = Math.multiplyExact(rows, columns);
        Objects.checkFromIndexSize(offset, count, into.length);
        if (count == 0) {
            return;
        }
        try (var scope = new PointerScope()) {
            if (isPlainFloats()) {
                floats().get(into, offset, count);
                return;
            }
            var plain = tensor.to(torch.ScalarType.Float).contiguous().cpu();
            new FloatPointer(plain.data_ptr()).capacity(count).get(into, offset, count);
        }
    }
}
