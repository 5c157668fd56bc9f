package org.filigree.trainer.faults;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;

/** The local disk under the scheme {@code full}, with room for so many more bytes. */
public final class FullDisk extends RawLocalFileSystem {

    static final AtomicLong ROOM = new AtomicLong(Long.MAX_VALUE);

    /** Writes refused since the room was set. */
    static final AtomicLong REFUSED = new AtomicLong();

    @Override
    public URI getUri() {
        return URI.create("full:///");
    }

    @Override
    public String getScheme() {
        return "full";
    }

    @Override
    public FSDataOutputStream create(
            Path path, boolean overwrite, int bufferSize, short replication, long blockSize, Progressable progress)
            throws IOException {
        return limited(super.create(path, overwrite, bufferSize, replication, blockSize, progress));
    }

    private static FSDataOutputStream limited(OutputStream disk) throws IOException {
        return new FSDataOutputStream(
                new FilterOutputStream(disk) {
                    @Override
                    public void write(int value) throws IOException {
                        write(new byte[] {(byte) value}, 0, 1);
                    }

                    @Override
                    public void write(byte[] bytes, int offset, int length) throws IOException {
                        if (ROOM.addAndGet(-length) < 0) {
                            REFUSED.incrementAndGet();
                            throw new IOException("No space left on device");
                        }
                        out.write(bytes, offset, length);
                    }
                },
                null);
    }
}
