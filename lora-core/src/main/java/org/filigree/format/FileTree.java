package org.filigree.format;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The files lora-core reads and writes: the local disk here, any Hadoop filesystem in the jobs. Paths are strings with
 * {@code /}; errors are {@link IOException}s that name the path. There is no rename: a file is written once, under its
 * final name.
 */
public interface FileTree {

    /** Whether {@code path} is a file or a folder. */
    boolean exists(String path) throws IOException;

    boolean isFolder(String path) throws IOException;

    /** Names (not paths) of what stands directly in a folder, sorted. */
    List<String> list(String folder) throws IOException;

    /** Bytes of a file. */
    long size(String path) throws IOException;

    /** When a file was last written, in milliseconds since 1970. */
    long modified(String path) throws IOException;

    InputStream open(String path) throws IOException;

    /** For reads at any place; the caller closes it. */
    RandomRead openRandom(String path) throws IOException;

    /**
     * Creates a file, and its folders where they are missing. The content may be visible before {@code close}; on an object
     * store nothing is there before it. Of two that create the same file without {@code overwrite} one fails, here or, where
     * the filesystem finds out only then, in {@code close}.
     *
     * @throws java.nio.file.FileAlreadyExistsException when it exists and {@code overwrite} is false
     */
    OutputStream create(String path, boolean overwrite) throws IOException;

    /** Removes a file or a whole folder; nothing where there is none. */
    void delete(String path) throws IOException;

    /** Positioned reads of one file. */
    interface RandomRead extends Closeable {
        /** Fills {@code into} from {@code offset} on, or throws {@link java.io.EOFException}. */
        void read(long offset, ByteBuffer into) throws IOException;

        long size();

        /** As many bytes from {@code offset} on, mapped where the file can be; valid after {@code close}. */
        default ByteBuffer bytes(long offset, int count) throws IOException {
            var buffer = ByteBuffer.allocateDirect(count);
            read(offset, buffer);
            return buffer.flip();
        }
    }

    /** {@code folder/name}, whatever {@code folder} ends with. */
    static String join(String folder, String name) {
        return folder.endsWith("/") ? folder + name : folder + "/" + name;
    }
}
