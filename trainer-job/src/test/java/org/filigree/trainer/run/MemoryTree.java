package org.filigree.trainer.run;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.TreeMap;

/** Files in memory; from the {@code failAfter}-th byte written on, the disk is full and writes are cut off. */
final class MemoryTree implements org.filigree.format.FileTree {

    final TreeMap<String, byte[]> content = new TreeMap<>();
    long failAfter = Long.MAX_VALUE;
    int faults;
    Meanwhile meanwhile = (operation, path) -> {};

    /** What others do, and what fails, as an operation comes to the disk: {@code open}, {@code list}, {@code create}, {@code written}, {@code delete}. */
    interface Meanwhile {
        void at(String operation, String path) throws IOException;
    }

    @Override
    public boolean exists(String path) {
        return content.containsKey(path) || isFolder(path);
    }

    @Override
    public boolean isFolder(String path) {
        return content.keySet().stream().anyMatch(p -> p.startsWith(path + "/"));
    }

    @Override
    public List<String> list(String folder) throws IOException {
        meanwhile.at("list", folder);
        if (!isFolder(folder)) {
            throw new NoSuchFileException(folder);
        }
        return content.keySet().stream()
                .filter(p -> p.startsWith(folder + "/"))
                .map(p -> p.substring(folder.length() + 1))
                .map(p -> p.contains("/") ? p.substring(0, p.indexOf('/')) : p)
                .distinct()
                .toList();
    }

    @Override
    public long size(String path) throws IOException {
        return required(path).length;
    }

    @Override
    public long modified(String path) throws IOException {
        return required(path).length;
    }

    @Override
    public InputStream open(String path) throws IOException {
        meanwhile.at("open", path);
        return new ByteArrayInputStream(required(path));
    }

    @Override
    public RandomRead openRandom(String path) {
        throw new UnsupportedOperationException("no test reads at random");
    }

    private byte[] required(String path) throws IOException {
        var found = content.get(path);
        if (found == null) {
            throw new NoSuchFileException(path);
        }
        return found;
    }

    @Override
    public OutputStream create(String path, boolean overwrite) throws IOException {
        meanwhile.at("create", path);
        if (!overwrite && content.containsKey(path)) {
            throw new FileAlreadyExistsException(path);
        }
        content.put(path, new byte[0]);
        return new ByteArrayOutputStream() {
            @Override
            public void write(byte[] bytes) throws IOException {
                var fits = (int) Math.min(bytes.length, failAfter);
                write(bytes, 0, fits);
                failAfter -= fits;
                content.put(path, toByteArray());
                if (fits < bytes.length) {
                    faults++;
                    throw new IOException(path + ": no space left on device");
                }
                meanwhile.at("written", path);
            }
        };
    }

    @Override
    public void delete(String path) throws IOException {
        meanwhile.at("delete", path);
        content.keySet().removeIf(p -> p.equals(path) || p.startsWith(path + "/"));
    }
}
