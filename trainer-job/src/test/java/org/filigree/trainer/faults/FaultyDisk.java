package org.filigree.trainer.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;

/** The local disk under a scheme of its own, with something wrong in what it writes. */
abstract class FaultyDisk extends RawLocalFileSystem {

    /** What the writer of the file gets in place of the disk's own stream. */
    abstract OutputStream faulty(Path path, OutputStream disk);

    /** Hadoop's own constructor asks for it already. */
    @Override
    public abstract String getScheme();

    @Override
    public URI getUri() {
        return URI.create(getScheme() + ":///");
    }

    @Override
    public FSDataOutputStream create(
            Path path, boolean overwrite, int bufferSize, short replication, long blockSize, Progressable progress)
            throws IOException {
        return new FSDataOutputStream(
                faulty(path, super.create(path, overwrite, bufferSize, replication, blockSize, progress)), null);
    }
}
