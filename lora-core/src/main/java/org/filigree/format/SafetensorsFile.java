package org.filigree.format;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import org.filigree.model.DataType;

/**
 * A safetensors file: 8 bytes of header length, a JSON header, tensors end to end. Whatever the header claims is checked
 * against the file before a tensor is read; see the format's own rules at huggingface/safetensors.
 */
public final class SafetensorsFile {

    private static final long MOST_HEADER_BYTES = 100_000_000;

    private static final Map<String, DataType> READABLE = Map.of(
            "F32", DataType.FLOAT32, "F16", DataType.FLOAT16, "BF16", DataType.BFLOAT16, "F64", DataType.FLOAT64);

    private static final ObjectMapper STRICT = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** A tensor's place; {@code begin} and {@code end} count from the start of the file. */
    public record Entry(String name, DataType type, long[] shape, long begin, long end) {

        /** Rows when seen as a matrix: a vector has one. */
        public int rows() {
            return shape.length < 2 ? 1 : Math.toIntExact(shape[0]);
        }

        public int columns() {
            var columns = 1L;
            for (var i = shape.length < 2 ? 0 : 1; i < shape.length; i++) {
                columns = Math.multiplyExact(columns, shape[i]);
            }
            return Math.toIntExact(columns);
        }
    }

    private final FileTree files;
    private final String path;
    private final Map<String, Entry> entries;

    private SafetensorsFile(FileTree files, String path, Map<String, Entry> entries) {
        this.files = files;
        this.path = path;
        this.entries = entries;
    }

    /** @throws FormatException in one line when the file is not sound */
    public static SafetensorsFile open(FileTree files, String path) throws IOException {
        try (var file = files.openRandom(path)) {
            if (file.size() < Long.BYTES) {
                throw new FormatException(
                        "%s: %d bytes, too short for a safetensors file".formatted(path, file.size()));
            }
            var length = bytes(file, 0, Long.BYTES).getLong();
            if (length < 2 || length > MOST_HEADER_BYTES || length > file.size() - Long.BYTES) {
                throw new FormatException("%s: its header claims %s bytes, the file has %d after the length"
                        .formatted(path, Long.toUnsignedString(length), file.size() - Long.BYTES));
            }
            var text = new byte[(int) length];
            bytes(file, Long.BYTES, (int) length).get(text);
            return new SafetensorsFile(files, path, parse(path, text, Long.BYTES + length, file.size()));
        }
    }

    private static ByteBuffer bytes(FileTree.RandomRead file, long offset, int count) throws IOException {
        var buffer = ByteBuffer.allocateDirect(count).order(ByteOrder.LITTLE_ENDIAN);
        file.read(offset, buffer);
        return buffer.flip();
    }

    private static Map<String, Entry> parse(String path, byte[] text, long dataStart, long fileSize)
            throws IOException {
        JsonNode header;
        try {
            header = STRICT.readTree(text);
        } catch (JsonProcessingException e) {
            throw new FormatException(path + ": its header is not sound JSON: " + e.getOriginalMessage(), e);
        }
        if (header == null || !header.isObject()) {
            throw new FormatException(path + ": its header is not a JSON object");
        }
        var entries = new TreeMap<String, Entry>();
        for (var field : header.properties()) {
            if (!field.getKey().equals("__metadata__")) {
                entries.put(field.getKey(), entry(path, field.getKey(), field.getValue(), dataStart));
            }
        }
        var at = dataStart;
        var byPlace = new ArrayList<>(entries.values());
        byPlace.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        for (var entry : byPlace) {
            if (entry.begin() != at) {
                throw new FormatException("%s: tensor %s begins at byte %d, the one before it ends at %d (%s)"
                        .formatted(
                                path, entry.name(), entry.begin(), at, entry.begin() < at ? "they overlap" : "a gap"));
            }
            at = entry.end();
        }
        if (at != fileSize) {
            throw new FormatException("%s: its tensors end at byte %d, the file at %d".formatted(path, at, fileSize));
        }
        return entries;
    }

    private static Entry entry(String path, String name, JsonNode node, long dataStart) {
        var type = READABLE.get(node.path("dtype").asText());
        if (type == null) {
            throw new FormatException("%s: tensor %s has dtype %s; F32, F16, BF16 and F64 are read"
                    .formatted(path, name, node.path("dtype")));
        }
        var offsets = node.path("data_offsets");
        var dimensions = node.path("shape");
        if (!dimensions.isArray()
                || offsets.size() != 2
                || !offsets.get(0).isIntegralNumber()
                || !offsets.get(1).isIntegralNumber()) {
            throw new FormatException("%s: tensor %s has no shape or no data_offsets".formatted(path, name));
        }
        try {
            var shape = new long[dimensions.size()];
            var bytes = (long) type.bytes();
            for (var i = 0; i < shape.length; i++) {
                shape[i] =
                        dimensions.get(i).isIntegralNumber() ? dimensions.get(i).longValue() : -1;
                if (shape[i] < 0) {
                    throw new FormatException("%s: tensor %s has shape %s".formatted(path, name, dimensions));
                }
                bytes = Math.multiplyExact(bytes, shape[i]);
            }
            var begin = Math.addExact(dataStart, offsets.get(0).longValue());
            var end = Math.addExact(dataStart, offsets.get(1).longValue());
            if (end - begin != bytes) {
                throw new FormatException("%s: tensor %s of shape %s and dtype %s has %d bytes, wanted %d"
                        .formatted(path, name, dimensions, node.path("dtype").asText(), end - begin, bytes));
            }
            return new Entry(name, type, shape, begin, end);
        } catch (ArithmeticException e) {
            throw new FormatException("%s: tensor %s: its sizes overflow".formatted(path, name), e);
        }
    }

    public String path() {
        return path;
    }

    /** Tensors by name, sorted. */
    public Map<String, Entry> entries() {
        return java.util.Collections.unmodifiableMap(entries);
    }

    /** A tensor's little-endian bytes, at most 2 GiB. */
    public ByteBuffer read(String name) throws IOException {
        var entry = entries.get(name);
        if (entry == null) {
            throw new FormatException("%s: no tensor %s".formatted(path, name));
        }
        try (var file = files.openRandom(path)) {
            return bytes(file, entry.begin(), Math.toIntExact(entry.end() - entry.begin()));
        }
    }

    /** A tensor as floats, row-major. */
    public float[] floats(String name) throws IOException {
        var data = read(name);
        var entry = entries.get(name);
        var values = new float[data.remaining() / entry.type().bytes()];
        for (var i = 0; i < values.length; i++) {
            values[i] = switch (entry.type()) {
                case FLOAT64 -> (float) data.getDouble();
                case FLOAT32 -> data.getFloat();
                case BFLOAT16 -> Float.intBitsToFloat(data.getShort() << 16);
                case FLOAT16 -> HalfFloat.toFloat(data.getShort());
            };
        }
        return values;
    }
}
