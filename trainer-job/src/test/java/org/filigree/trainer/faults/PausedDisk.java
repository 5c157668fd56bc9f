package org.filigree.trainer.faults;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.fs.Path;

/** The local disk under the scheme {@code paused}: in the middle of a checkpoint's state its writer is stopped. */
public final class PausedDisk extends FaultyDisk {

    /** A system property: the number of the checkpoint's round. */
    static final String ROUND = "filigree.test.pause";

    @Override
    public String getScheme() {
        return "paused";
    }

    @Override
    OutputStream faulty(Path path, OutputStream disk) {
        var checkpoint = "%08d-1".formatted(Integer.getInteger(ROUND, -1));
        if (!path.getName().equals("state.bin") || !path.getParent().getName().equals(checkpoint)) {
            return disk;
        }
        return new FilterOutputStream(disk) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                var half = length / 2;
                out.write(bytes, offset, half);
                out.flush();
                PausedDriver.pause("half of %s is written".formatted(path));
                out.write(bytes, offset + half, length - half);
            }
        };
    }
}
