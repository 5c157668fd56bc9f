package org.filigree.trainer.faults;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;

/**
 * The local disk under the scheme {@code silent}: outcome.json is written, the writer is told that it was not, and the next
 * reads of it fail.
 */
public final class SilentDisk extends FaultyDisk {

    static final AtomicInteger READS_TO_REFUSE = new AtomicInteger();
    static final AtomicInteger READS_REFUSED = new AtomicInteger();
    static final AtomicInteger WRITES = new AtomicInteger();

    @Override
    public String getScheme() {
        return "silent";
    }

    @Override
    OutputStream faulty(Path path, OutputStream disk) {
        if (!path.getName().equals("outcome.json")) {
            return disk;
        }
        WRITES.incrementAndGet();
        return new FilterOutputStream(disk) {
            @Override
            public void close() throws IOException {
                super.close();
                throw new IOException("connection reset");
            }
        };
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        if (path.getName().equals("outcome.json") && WRITES.get() > 0 && READS_REFUSED.get() < READS_TO_REFUSE.get()) {
            READS_REFUSED.incrementAndGet();
            throw new IOException("connection refused");
        }
        return super.open(path, bufferSize);
    }
}
