package org.filigree.format;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.filigree.model.DataType;

/**
 * Writes tensors as safetensors, in float32, bfloat16 or float16 (rounded to the nearest, ties to even): names sorted,
 * equal tensors give equal bytes.
 */
public final class SafetensorsWriter {

    private static final int ALIGNMENT = 8;
    private static final int PIECE_BYTES = 1 << 20;

    private SafetensorsWriter() {}

    /**
     * A tensor's shape and its {@code count} values from {@code offset} of {@code values} on, row-major.
     *
     * @param values asked once, when the tensor's turn comes: a model need not be in memory as a whole
     */
    public record Tensor(long[] shape, Supplier<float[]> values, int offset, int count) {

        public Tensor(long[] shape, float[] values, int offset, int count) {
            this(shape, () -> values, offset, count);
        }
    }

    /** Writes the whole file in float32; the caller closes {@code out}. */
    public static void write(OutputStream out, SortedMap<String, Tensor> tensors) throws IOException {
        write(out, tensors, DataType.FLOAT32);
    }

    /**
     * Writes the whole file; the caller closes {@code out}.
     *
     * @throws FormatException when a finite value is too large for {@code type}; part of the file is written by then
     */
    public static void write(OutputStream out, SortedMap<String, Tensor> tensors, DataType type) throws IOException {
        if (type == DataType.FLOAT64) {
            throw new IllegalArgumentException("values are floats: FLOAT64 would store no more of them");
        }
        out.write(new SafetensorsLayout(tensors.entrySet().stream()
                        .map(named -> new SafetensorsLayout.Tensor(
                                named.getKey(),
                                type,
                                named.getValue().shape(),
                                (long) named.getValue().count() * type.bytes()))
                        .toList())
                .start(ALIGNMENT));
        for (var named : tensors.entrySet()) {
            write(out, type, named.getKey(), named.getValue());
        }
    }

    private static void write(OutputStream out, DataType type, String name, Tensor tensor) throws IOException {
        var values = tensor.values().get();
        var end = tensor.offset() + tensor.count();
        if (end > values.length) {
            throw new IllegalArgumentException("%s: %d values from %d on, of an array of %d"
                    .formatted(name, tensor.count(), tensor.offset(), values.length));
        }
        var piece = ByteBuffer.allocate((int) Math.min(PIECE_BYTES, (long) tensor.count() * type.bytes()))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (var i = tensor.offset(); i < end; i++) {
            type.put(piece, values[i]);
            if (piece.remaining() < type.bytes() || i == end - 1) {
                refuseOverflow(type, name, values, i + 1 - piece.position() / type.bytes(), piece);
                out.write(piece.array(), 0, piece.position());
                piece.clear();
            }
        }
    }

    /** An infinity on disk where there was a number in memory would be a silent loss. */
    private static void refuseOverflow(DataType type, String name, float[] values, int from, ByteBuffer piece) {
        if (type == DataType.FLOAT32) {
            return;
        }
        var written = piece.duplicate().order(ByteOrder.LITTLE_ENDIAN).flip();
        for (var i = from; written.hasRemaining(); i++) {
            if (Float.isInfinite(type.get(written)) && !Float.isInfinite(values[i])) {
                throw new FormatException(
                        "%s: %s is too large for %s; float32 holds it".formatted(name, values[i], type));
            }
        }
    }
}
