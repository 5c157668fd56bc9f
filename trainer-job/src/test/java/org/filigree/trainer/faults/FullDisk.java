package org.filigree.trainer.faults;

import java.io.File;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.Map;
import org.apache.hadoop.fs.Path;

/**
 * The local disk under the scheme {@code full}. Once half of a file is written it has no room left, for any process, but
 * for what is deleted in the run's folder.
 */
public final class FullDisk extends FaultyDisk {

    /** Who else writes there. */
    enum Others {
        NONE,
        /** They take what is deleted. */
        GREEDY
    }

    static final String REFUSED = "refused";

    static final String SCHEME = "full";
    private static final String OTHERS = "fs.full.others";

    /** @param file in whose midst the room is gone */
    static Map<String, String> settings(java.nio.file.Path run, String file, Others others) {
        return settings(FullDisk.class, SCHEME, run, file, Map.of(OTHERS, others.name()));
    }

    /** There while the disk is full: bytes that the run's folder may have. */
    private static java.nio.file.Path limit(java.nio.file.Path run) {
        return run.resolveSibling(run.getFileName() + ".limit");
    }

    private static long used(File file) {
        var children = file.listFiles();
        if (children == null) {
            return file.length();
        }
        var used = 0L;
        for (var child : children) {
            used += used(child);
        }
        return used;
    }

    @Override
    public String getScheme() {
        return SCHEME;
    }

    private boolean isFull() {
        return Files.exists(limit(folder()));
    }

    private void fillUp() throws IOException {
        var greedy = Others.valueOf(getConf().get(OTHERS)) == Others.GREEDY;
        Files.writeString(limit(folder()), Long.toString(greedy ? 0 : used(folder().toFile())));
    }

    private boolean hasRoomFor(int bytes) throws IOException {
        return !isFull() || used(folder().toFile()) + bytes <= Long.parseLong(Files.readString(limit(folder())));
    }

    @Override
    OutputStream faulty(Path path, OutputStream disk) {
        return new FilterOutputStream(disk) {
            @Override
            public void write(int value) throws IOException {
                write(new byte[] {(byte) value}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                var written = 0;
                if (beginsWith(path) && !isFull()) {
                    written = length / 2;
                    out.write(bytes, offset, written);
                    out.flush();
                    fillUp();
                }
                if (!hasRoomFor(length - written)) {
                    tell(REFUSED, path);
                    throw new IOException("No space left on device");
                }
                out.write(bytes, offset + written, length - written);
                out.flush();
            }
        };
    }
}
