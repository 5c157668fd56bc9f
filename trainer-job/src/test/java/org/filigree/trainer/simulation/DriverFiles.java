package org.filigree.trainer.simulation;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.filigree.format.FileTree;

/**
 * The shared disk as one driver reaches it: every operation is a moment at which the driver may be killed or paused, and
 * which may fail before or after it took effect. A listing is never old, as {@code FileTree} promises.
 */
final class DriverFiles implements FileTree {

    private final Disk disk;
    private final Driver driver;
    private final Fate fate;

    DriverFiles(Disk disk, Driver driver, Fate fate) {
        this.disk = disk;
        this.driver = driver;
        this.fate = fate;
    }

    private void before(String operation, String path) throws IOException {
        fate.moment(driver, operation + " " + path);
        failing(path);
    }

    private void failing(String path) throws IOException {
        if (fate.fails(driver)) {
            throw new IOException(path + ": simulated failure");
        }
    }

    @Override
    public boolean exists(String path) throws IOException {
        before("exists", path);
        driver.looked(path, disk.bytes(path));
        return disk.holds(path) || !disk.below(path).isEmpty();
    }

    @Override
    public boolean isFolder(String path) throws IOException {
        before("isFolder", path);
        return !disk.below(path).isEmpty();
    }

    @Override
    public List<String> list(String folder) throws IOException {
        before("list", folder);
        var below = disk.below(folder);
        if (below.isEmpty()) {
            throw new NoSuchFileException(folder);
        }
        return below.stream()
                .map(path -> path.substring(folder.length() + 1))
                .map(path -> path.contains("/") ? path.substring(0, path.indexOf('/')) : path)
                .distinct()
                .toList();
    }

    @Override
    public long size(String path) throws IOException {
        before("size", path);
        return required(path).length;
    }

    @Override
    public long modified(String path) throws IOException {
        throw new UnsupportedOperationException("no driver asks when a file of its run was written");
    }

    @Override
    public InputStream open(String path) throws IOException {
        before("open", path);
        driver.looked(path, disk.bytes(path));
        return new ByteArrayInputStream(required(path));
    }

    @Override
    public RandomRead openRandom(String path) {
        throw new UnsupportedOperationException("no driver reads its run at random");
    }

    private byte[] required(String path) throws IOException {
        var found = disk.bytes(path);
        if (found == null) {
            throw new NoSuchFileException(path);
        }
        return found;
    }

    @Override
    public OutputStream create(String path, boolean overwrite) throws IOException {
        before("create", path);
        if (disk.holds(path) && !overwrite) {
            throw new FileAlreadyExistsException(path);
        }
        var look = driver.lastLook();
        fate.replaces(driver, path, look);
        var out = new Stream(path, overwrite, look, disk.wholeAtClose() ? null : disk.create(path));
        failing(path);
        return out;
    }

    @Override
    public void delete(String path) throws IOException {
        before("delete", path);
        var look = driver.lastLook();
        var all = new ArrayList<>(disk.below(path));
        if (disk.holds(path)) {
            all.add(path);
        }
        // As one file after another, in nobody's order.
        fate.shuffle(all);
        for (var file : all) {
            before("remove", file);
            fate.replaces(driver, file, look);
            disk.remove(file);
        }
        failing(path);
    }

    private final class Stream extends OutputStream {

        private final String path;
        private final boolean overwrite;
        private final Driver.Look look;
        private final Disk.Content content;
        private byte[] written = {};
        private boolean closed;

        /** @param content null where the file appears when this is closed */
        Stream(String path, boolean overwrite, Driver.Look look, Disk.Content content) {
            this.path = path;
            this.overwrite = overwrite;
            this.look = look;
            this.content = content;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            fate.moment(driver, "write " + path);
            var whole = Arrays.copyOfRange(bytes, from, from + count);
            if (fate.killedWriting(driver)) {
                put(fate.cutOff(whole));
                throw new Killed();
            }
            if (fate.fullOrFails(driver)) {
                put(fate.cutOff(whole));
                throw new IOException(path + ": no space left on device");
            }
            put(whole);
        }

        private void put(byte[] bytes) {
            if (content != null) {
                disk.write(content, written.length, bytes);
            }
            var offset = written.length;
            written = Arrays.copyOf(written, offset + bytes.length);
            System.arraycopy(bytes, 0, written, offset, bytes.length);
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            before("close", path);
            if (content == null) {
                if (disk.holds(path) && !overwrite) {
                    throw new FileAlreadyExistsException(path);
                }
                fate.replaces(driver, path, look);
                disk.write(disk.create(path), 0, written);
            }
            failing(path);
        }
    }
}
