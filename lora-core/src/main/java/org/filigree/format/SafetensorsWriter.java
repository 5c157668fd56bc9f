package org.filigree.format;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;

/** Writes float32 tensors as safetensors: names sorted, equal tensors give equal bytes. */
public final class SafetensorsWriter {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ALIGNMENT = 8;

    private SafetensorsWriter() {}

    /** A tensor's shape and its {@code count} values from {@code offset} of {@code values} on, row-major. */
    public record Tensor(long[] shape, float[] values, int offset, int count) {}

    /** Writes the whole file; the caller closes {@code out}. */
    public static void write(OutputStream out, SortedMap<String, Tensor> tensors) throws IOException {
        var header = JSON.createObjectNode();
        header.putObject("__metadata__").put("format", "pt");
        var at = 0L;
        for (var named : tensors.entrySet()) {
            var entry = header.putObject(named.getKey()).put("dtype", "F32");
            var shape = entry.putArray("shape");
            for (var dimension : named.getValue().shape()) {
                shape.add(dimension);
            }
            var end = at + (long) named.getValue().count() * Float.BYTES;
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
            var tensor = named.getValue();
            var data = ByteBuffer.allocate(tensor.count() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            data.asFloatBuffer().put(tensor.values(), tensor.offset(), tensor.count());
            out.write(data.array());
        }
    }
}
