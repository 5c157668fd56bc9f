package org.filigree.format;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.filigree.model.DataType;

/** Tensors to be written end to end, in this order. */
record SafetensorsLayout(List<Tensor> tensors) {

    private static final ObjectMapper JSON = new ObjectMapper();

    record Tensor(String name, DataType type, long[] shape, long bytes) {}

    /** What the file begins with, padded so that the first tensor begins at a multiple of {@code alignment}. */
    byte[] start(int alignment) throws IOException {
        var header = JSON.createObjectNode();
        header.putObject("__metadata__").put("format", "pt");
        var at = 0L;
        for (var tensor : tensors) {
            var entry = header.putObject(tensor.name()).put("dtype", name(tensor.type()));
            var shape = entry.putArray("shape");
            for (var dimension : tensor.shape()) {
                shape.add(dimension);
            }
            entry.putArray("data_offsets").add(at).add(at + tensor.bytes());
            at += tensor.bytes();
        }
        var text = JSON.writeValueAsString(header).getBytes(StandardCharsets.UTF_8);
        var size = (Long.BYTES + text.length + alignment - 1) / alignment * alignment;
        var start = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        start.putLong(size - Long.BYTES).put(text);
        while (start.hasRemaining()) {
            start.put((byte) ' ');
        }
        return start.array();
    }

    private static String name(DataType type) {
        return switch (type) {
            case FLOAT64 -> "F64";
            case FLOAT32 -> "F32";
            case BFLOAT16 -> "BF16";
            case FLOAT16 -> "F16";
        };
    }
}
