package org.filigree.trainer.moments;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.security.DigestOutputStream;
import org.filigree.format.FileTree;
import org.filigree.format.FormatException;
import org.filigree.format.Sha256;
import org.filigree.lora.AdamW;
import org.filigree.trainer.run.CheckpointStore.Entry;

/**
 * One worker's moments in a checkpoint: the first of all values, then the second, as float32, big-endian.
 *
 * @param runFolder that the paths of entries are below
 */
public record MomentsFile(FileTree files, String runFolder) {

    /** Values converted at a time. */
    private static final int PIECE = 1 << 14;

    /** Of an adapter with so many values. */
    public static long bytes(int values) {
        return 2L * Float.BYTES * values;
    }

    /** Writes a new file; where this is repeated, under another name. */
    public Entry write(String path, AdamW.Moments moments) throws IOException {
        var digest = Sha256.start();
        try (var out = new DigestOutputStream(files.create(FileTree.join(runFolder, path), false), digest)) {
            write(moments.first(), out);
            write(moments.second(), out);
        }
        return new Entry(path, bytes(moments.first().length), Sha256.hex(digest));
    }

    private static void write(float[] values, OutputStream out) throws IOException {
        for (var from = 0; from < values.length; from += PIECE) {
            var count = Math.min(PIECE, values.length - from);
            var buffer = ByteBuffer.allocate(count * Float.BYTES);
            buffer.asFloatBuffer().put(values, from, count);
            out.write(buffer.array());
        }
    }

    /** @throws FormatException where the file is not the one that was written */
    public AdamW.Moments read(Entry entry) throws IOException {
        var path = FileTree.join(runFolder, entry.path());
        var content = content(path);
        if (!Sha256.of(content).equals(entry.sha256())) {
            throw new FormatException(
                    "%s: not as it was written; without its folder the run goes on from an earlier checkpoint"
                            .formatted(path));
        }
        var values = ByteBuffer.wrap(content).asFloatBuffer();
        var moments = AdamW.Moments.zero(values.remaining() / 2);
        values.get(moments.first()).get(moments.second());
        return moments;
    }

    /** Nobody's mistake where it is gone: the driver that prunes a run is the one that goes on with it. */
    private byte[] content(String path) throws IOException {
        try (var in = files.open(path)) {
            return in.readAllBytes();
        } catch (FileNotFoundException | NoSuchFileException e) {
            throw new IOException(path + ": gone since it was saved, as when another driver goes on with the run", e);
        }
    }
}
