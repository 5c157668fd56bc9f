package org.filigree.trainer.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.filigree.format.FileTree;
import org.filigree.format.LocalFiles;

/** The local disk, which keeps one file with a bit of every thousandth byte from the middle on turned over. */
final class FlippingFiles implements FileTree {

    private final LocalFiles disk = new LocalFiles();
    private final String victim;
    boolean flipped;

    FlippingFiles(String victim) {
        this.victim = victim;
    }

    @Override
    public OutputStream create(String path, boolean overwrite) throws IOException {
        var to = disk.create(path, overwrite);
        if (!path.equals(victim)) {
            return to;
        }
        return new ByteArrayOutputStream() {
            @Override
            public void close() throws IOException {
                var bytes = toByteArray();
                for (var i = bytes.length / 2 / 4 * 4 + 2; i < bytes.length; i += 1000) {
                    bytes[i] ^= 0x40;
                    flipped = true;
                }
                to.write(bytes);
                to.close();
            }
        };
    }

    @Override
    public boolean exists(String path) {
        return disk.exists(path);
    }

    @Override
    public boolean isFolder(String path) {
        return disk.isFolder(path);
    }

    @Override
    public List<String> list(String folder) throws IOException {
        return disk.list(folder);
    }

    @Override
    public long size(String path) throws IOException {
        return disk.size(path);
    }

    @Override
    public long modified(String path) throws IOException {
        return disk.modified(path);
    }

    @Override
    public InputStream open(String path) throws IOException {
        return disk.open(path);
    }

    @Override
    public RandomRead openRandom(String path) throws IOException {
        return disk.openRandom(path);
    }

    @Override
    public void delete(String path) throws IOException {
        disk.delete(path);
    }
}
