package org.filigree.trainer.faults;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;

/**
 * The local disk under the scheme {@code silent}: a file is written, its writer is told that it was not, and the next reads
 * of it by that process fail.
 */
public final class SilentDisk extends FaultyDisk {

    static final String LOST = "lost";
    static final String UNREAD = "unread";

    static final String SCHEME = "silent";
    private static final String READS = "fs.silent.reads";

    private final AtomicInteger readsToRefuse = new AtomicInteger();

    /** @param reads that fail */
    static Map<String, String> settings(java.nio.file.Path run, String file, int reads) {
        return settings(SilentDisk.class, SCHEME, run, file, Map.of(READS, Integer.toString(reads)));
    }

    @Override
    public String getScheme() {
        return SCHEME;
    }

    @Override
    OutputStream faulty(Path path, OutputStream disk) {
        if (!beginsWith(path)) {
            return disk;
        }
        return new FilterOutputStream(disk) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
            }

            @Override
            public void close() throws IOException {
                super.close();
                readsToRefuse.set(getConf().getInt(READS, 0));
                tell(LOST, path);
                throw new IOException("connection reset");
            }
        };
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        if (beginsWith(path) && readsToRefuse.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            tell(UNREAD, path);
            throw new IOException("connection refused");
        }
        return super.open(path, bufferSize);
    }
}
