package org.filigree.trainer.run;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.util.EnumSet;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.CreateFileOptionKeys;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.s3a.RemoteFileChangedException;
import org.apache.hadoop.util.Progressable;

/**
 * The local disk under the scheme {@code object}, creating as S3A does: nothing is there before {@code close}, which
 * replaces what stands there unless the conditional create was asked for.
 */
public final class ObjectStore extends RawLocalFileSystem {

    /** What others do between the next creation of a file and its close. */
    static Runnable meanwhile = ObjectStore::nothing;

    private static void nothing() {}

    @Override
    public String getScheme() {
        return "object";
    }

    @Override
    public URI getUri() {
        return URI.create("object:///");
    }

    @Override
    public boolean hasPathCapability(Path path, String capability) throws IOException {
        return capability.equals(CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE)
                || super.hasPathCapability(path, capability);
    }

    @Override
    public FSDataOutputStream create(
            Path path, boolean overwrite, int bufferSize, short replication, long blockSize, Progressable progress)
            throws IOException {
        if (!overwrite && exists(path)) {
            throw new FileAlreadyExistsException(path + " already exists");
        }
        return new FSDataOutputStream(new Upload(path, true), null);
    }

    @Override
    public FSDataOutputStreamBuilder<?, ?> createFile(Path path) {
        return new Builder(this, path).create();
    }

    private final class Builder extends FSDataOutputStreamBuilder<FSDataOutputStream, Builder> {

        Builder(FileSystem system, Path path) {
            super(system, path);
        }

        @Override
        public Builder getThisBuilder() {
            return this;
        }

        @Override
        public FSDataOutputStream build() throws IOException {
            if (!isRecursive() || !getFlags().equals(EnumSet.of(CreateFlag.CREATE))) {
                throw new IOException("wanted a new file, and its folders: " + getFlags());
            }
            var conditional =
                    getOptions().getBoolean(CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE, false);
            return new FSDataOutputStream(new Upload(getPath(), !conditional), null);
        }
    }

    private final class Upload extends ByteArrayOutputStream {

        private final Path path;
        private final boolean replaces;

        Upload(Path path, boolean replaces) {
            this.path = path;
            this.replaces = replaces;
        }

        @Override
        public void close() throws IOException {
            var others = meanwhile;
            meanwhile = ObjectStore::nothing;
            others.run();
            try (var out = ObjectStore.super.create(path, replaces, 4096, (short) 1, 1 << 20, null)) {
                out.write(toByteArray());
            } catch (FileAlreadyExistsException e) {
                throw new RemoteFileChangedException(path.toString());
            }
        }
    }
}
