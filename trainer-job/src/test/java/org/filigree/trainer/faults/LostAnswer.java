package org.filigree.trainer.faults;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;

/** The local disk under the scheme {@code lost}: outcome.json is written, and then the writer is told that it was not. */
public final class LostAnswer extends RawLocalFileSystem {

    static final AtomicLong ANSWERS_LOST = new AtomicLong();

    @Override
    public URI getUri() {
        return URI.create("lost:///");
    }

    @Override
    public String getScheme() {
        return "lost";
    }

    @Override
    public FSDataOutputStream create(
            Path path, boolean overwrite, int bufferSize, short replication, long blockSize, Progressable progress)
            throws IOException {
        var disk = super.create(path, overwrite, bufferSize, replication, blockSize, progress);
        if (!path.getName().equals("outcome.json")) {
            return disk;
        }
        return new FSDataOutputStream(
                new FilterOutputStream(disk) {
                    @Override
                    public void close() throws IOException {
                        super.close();
                        ANSWERS_LOST.incrementAndGet();
                        throw new IOException("connection reset");
                    }
                },
                null);
    }
}
