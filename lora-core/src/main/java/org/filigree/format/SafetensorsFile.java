package org.filigree.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import org.filigree.model.DataType;
import org.filigree.model.Weights;

/**
 * A safetensors file: 8 bytes of header length, a JSON header, tensors end to end. Whatever the header claims is checked
 * against the file before a tensor is read; see the format's own rules at huggingface/safetensors.
 */
public final class SafetensorsFile {

    private static final long MOST_HEADER_BYTES = 100_000_000;

    private static final Map<String, DataType> READABLE = Map.of(
            "F32", DataType.FLOAT32, "F16", DataType.FLOAT16, "BF16", DataType.BFLOAT16, "F64", DataType.FLOAT64);

    /**
     * A tensor's place; {@code begin} and {@code end} count from the start of the file.
     *
     * @param dtype as the file calls it, readable or not
     */
    public record Entry(String name, String dtype, long[] shape, long begin, long end) {

        /** Rows when seen as a matrix: a vector has one. */
        public long rows() {
            return shape.length < 2 ? 1 : shape[0];
        }

        public long columns() {
            var columns = 1L;
            for (var i = shape.length < 2 ? 0 : 1; i < shape.length; i++) {
                columns *= shape[i];
            }
            return columns;
        }
    }

    private final FileTree files;
    private final String path;
    private final long size;
    private final byte[] headerDigest;
    private final Map<String, Entry> entries;

    private SafetensorsFile(FileTree files, String path, long size, byte[] header) throws IOException {
        this.files = files;
        this.path = path;
        this.size = size;
        this.headerDigest = Sha256.start().digest(header);
        this.entries = SafetensorsHeader.parse(path, header, Long.BYTES + (long) header.length, size);
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
            return new SafetensorsFile(files, path, file.size(), text);
        }
    }

    private static ByteBuffer bytes(FileTree.RandomRead file, long offset, int count) throws IOException {
        var buffer = ByteBuffer.allocateDirect(count).order(ByteOrder.LITTLE_ENDIAN);
        file.read(offset, buffer);
        return buffer.flip();
    }

    public String path() {
        return path;
    }

    /** Tensors by name, sorted. */
    public Map<String, Entry> entries() {
        return Collections.unmodifiableMap(entries);
    }

    /** Bytes of the whole file. */
    public long size() {
        return size;
    }

    /** SHA-256 of the header: of every tensor's name, type, shape and place. */
    byte[] headerDigest() {
        return headerDigest.clone();
    }

    /** @throws FormatException when there is no such tensor, or its dtype is none that is read */
    public DataType type(String name) {
        var dtype = entry(name).dtype();
        var type = READABLE.get(dtype);
        if (type == null) {
            throw new FormatException(
                    "%s: tensor %s has dtype %s; F32, F16, BF16 and F64 are read".formatted(path, name, dtype));
        }
        return type;
    }

    private Entry entry(String name) {
        var entry = entries.get(name);
        if (entry == null) {
            throw new FormatException("%s: no tensor %s".formatted(path, name));
        }
        return entry;
    }

    /**
     * A tensor as stored.
     *
     * @throws FormatException when there is no such tensor, its dtype is none that is read, or it has 2 GiB or more
     */
    public Weights.Stored read(String name) throws IOException {
        var type = type(name);
        var entry = entry(name);
        var bytes = entry.end() - entry.begin();
        if (bytes > Integer.MAX_VALUE || entry.rows() > Integer.MAX_VALUE || entry.columns() > Integer.MAX_VALUE) {
            throw new FormatException("%s: tensor %s has shape %s and %d bytes; one of less than 2 GiB is read"
                    .formatted(path, name, Arrays.toString(entry.shape()), bytes));
        }
        try (var file = files.openRandom(path)) {
            return new Weights.Stored(
                    type,
                    (int) entry.rows(),
                    (int) entry.columns(),
                    file.bytes(entry.begin(), (int) bytes).order(ByteOrder.LITTLE_ENDIAN));
        }
    }

    /** The file's bytes, those of {@link Entry}; the caller closes it. */
    FileTree.RandomRead bytes() throws IOException {
        return files.openRandom(path);
    }

    /** A tensor as floats, row-major. */
    public float[] floats(String name) throws IOException {
        return read(name).floats();
    }
}
