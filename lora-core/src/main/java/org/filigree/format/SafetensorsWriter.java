package org.filigree.format;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import org.filigree.model.DataType;

/** Writes tensors as safetensors, in float32 or bfloat16: names sorted, equal tensors give equal bytes. */
public final class SafetensorsWriter {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ALIGNMENT = 8;

    private SafetensorsWriter() {}

    /** A tensor's shape and its {@code count} values from {@code offset} of {@code values} on, row-major. */
    public record Tensor(long[] shape, float[] values, int offset, int count) {}

    /** Writes the whole file in float32; the caller closes {@code out}. */
    public static void write(OutputStream out, SortedMap<String, Tensor> tensors) throws IOException {
        write(out, tensors, DataType.FLOAT32);
    }

    /**
     * Writes the whole file; the caller closes {@code out}.
     *
     * @param type float32, or bfloat16 (rounded to nearest, ties to even)
     */
    public static void write(OutputStream out, SortedMap<String, Tensor> tensors, DataType type) throws IOException {
        if (type != DataType.FLOAT32 && type != DataType.BFLOAT16) {
            throw new IllegalArgumentException("safetensors are written in float32 or bfloat16, not in " + type);
        }
        var header = JSON.createObjectNode();
        header.putObject("__metadata__").put("format", "pt");
        var at = 0L;
        for (var named : tensors.entrySet()) {
            var entry = header.putObject(named.getKey()).put("dtype", type == DataType.FLOAT32 ? "F32" : "BF16");
            var shape = entry.putArray("shape");
            for (var dimension : named.getValue().shape()) {
                shape.add(dimension);
            }
            var end = at + (long) named.getValue().count() * type.bytes();
            entry.putArray("data_offsets").add(at).add(end);
            at = end;
        }
        var text = JSON.writeValueAsString(header).getBytes(StandardCharsets.UTF_8);
        var padded = (text.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        var start = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
        start.putLong(padded).put(text);
        while (start.hasRemaining()) {
            start.put((byte) ' ');
        }
        out.write(start.array());
        for (Map.Entry<String, Tensor> named : tensors.entrySet()) {
            out.write(bytes(named.getValue(), type));
        }
    }

    private static byte[] bytes(Tensor tensor, DataType type) {
        var data = ByteBuffer.allocate(tensor.count() * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        if (type == DataType.FLOAT32) {
            data.asFloatBuffer().put(tensor.values(), tensor.offset(), tensor.count());
        } else {
            for (var i = 0; i < tensor.count(); i++) {
                data.putShort(bfloat16(tensor.values()[tensor.offset() + i]));
            }
        }
        return data.array();
    }

    private static short bfloat16(float value) {
        var bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> 16) | 0x40);
        }
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }
}
