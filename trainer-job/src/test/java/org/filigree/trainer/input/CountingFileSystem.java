package org.filigree.trainer.input;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** The local disk as a filesystem that is not local, {@code counted:///}; counts how often weights are opened. */
public final class CountingFileSystem extends RawLocalFileSystem {

    static final AtomicInteger OPENED = new AtomicInteger();

    @Override
    public URI getUri() {
        return URI.create("counted:///");
    }

    @Override
    public String getScheme() {
        return "counted";
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        if (path.getName().endsWith(".safetensors")) {
            OPENED.incrementAndGet();
        }
        return super.open(path, bufferSize);
    }
}
