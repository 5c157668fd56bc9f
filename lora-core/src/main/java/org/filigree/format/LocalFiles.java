package org.filigree.format;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/** The local disk. */
public final class LocalFiles implements FileTree {

    private static final int DELETE_TRIES = 10;

    @Override
    public boolean exists(String path) {
        return Files.exists(Path.of(path));
    }

    @Override
    public boolean isFolder(String path) {
        return Files.isDirectory(Path.of(path));
    }

    @Override
    public List<String> list(String folder) throws IOException {
        try (var entries = Files.list(Path.of(folder))) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    @Override
    public long size(String path) throws IOException {
        return Files.size(Path.of(path));
    }

    @Override
    public long modified(String path) throws IOException {
        return Files.getLastModifiedTime(Path.of(path)).toMillis();
    }

    @Override
    public InputStream open(String path) throws IOException {
        return Files.newInputStream(Path.of(path));
    }

    @Override
    public RandomRead openRandom(String path) throws IOException {
        var channel = FileChannel.open(Path.of(path), StandardOpenOption.READ);
        return new RandomRead() {
            @Override
            public void read(long offset, ByteBuffer into) throws IOException {
                var at = offset;
                while (into.hasRemaining()) {
                    var count = channel.read(into, at);
                    if (count < 0) {
                        throw new EOFException(path + " ends at byte " + at);
                    }
                    at += count;
                }
            }

            @Override
            public long size() {
                try {
                    return channel.size();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(path, e);
                }
            }

            @Override
            public ByteBuffer bytes(long offset, int count) throws IOException {
                if (offset + count > channel.size()) {
                    throw new EOFException(path + " ends at byte " + channel.size());
                }
                return channel.map(FileChannel.MapMode.READ_ONLY, offset, count);
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

    @Override
    public OutputStream create(String path, boolean overwrite) throws IOException {
        var file = Path.of(path).toAbsolutePath();
        Files.createDirectories(file.getParent());
        return overwrite
                ? Files.newOutputStream(file)
                : Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    @Override
    public void delete(String path) throws IOException {
        for (var tries = 1; true; tries++) {
            try {
                Files.walkFileTree(Path.of(path), new Removal());
                return;
            } catch (DirectoryNotEmptyException e) {
                // Somebody wrote into a folder after it was listed.
                if (tries == DELETE_TRIES) {
                    throw e;
                }
            }
        }
    }

    /** Removes what it visits, and lets others do so too. */
    private static final class Removal extends SimpleFileVisitor<Path> {

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (!(failure instanceof NoSuchFileException)) {
                throw failure;
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
            if (failure != null && !(failure instanceof NoSuchFileException)) {
                throw failure;
            }
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
        }
    }
}
