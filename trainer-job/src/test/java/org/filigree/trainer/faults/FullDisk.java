package org.filigree.trainer.faults;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.fs.Path;

/** The local disk under the scheme {@code full}, with room for so many more bytes. */
public final class FullDisk extends FaultyDisk {

    static final AtomicLong ROOM = new AtomicLong(Long.MAX_VALUE);

    /** Writes refused since the room was set. */
    static final AtomicLong REFUSED = new AtomicLong();

    @Override
    public String getScheme() {
        return "full";
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
                if (ROOM.addAndGet(-length) < 0) {
                    REFUSED.incrementAndGet();
                    throw new IOException("No space left on device");
                }
                out.write(bytes, offset, length);
            }
        };
    }
}
