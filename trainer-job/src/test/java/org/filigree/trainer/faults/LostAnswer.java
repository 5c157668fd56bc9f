package org.filigree.trainer.faults;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.fs.Path;

/** The local disk under the scheme {@code lost}: outcome.json is written, and then the writer is told that it was not. */
public final class LostAnswer extends FaultyDisk {

    static final AtomicLong ANSWERS_LOST = new AtomicLong();

    @Override
    public String getScheme() {
        return "lost";
    }

    @Override
    OutputStream faulty(Path path, OutputStream disk) {
        if (!path.getName().equals("outcome.json")) {
            return disk;
        }
        return new FilterOutputStream(disk) {
            @Override
            public void close() throws IOException {
                super.close();
                ANSWERS_LOST.incrementAndGet();
                throw new IOException("connection reset");
            }
        };
    }
}
