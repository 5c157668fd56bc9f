package org.filigree.dataprep.files;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.CreateFileOptionKeys;
import org.apache.hadoop.fs.Path;

/**
 * A file that must not be there yet. S3A's create without overwrite is a look, and a PUT at close that replaces what has
 * come between; so where a filesystem offers the conditional create it is asked for. There the file is found to be there,
 * too, only at close.
 */
final class NewFile extends FilterOutputStream {

    /** What S3A makes of status 412, the answer to a PUT whose condition does not hold. */
    private static final String NOT_ABSENT = "org.apache.hadoop.fs.s3a.RemoteFileChangedException";

    private final String path;

    private NewFile(OutputStream out, String path) {
        super(out);
        this.path = path;
    }

    static OutputStream create(FileSystem system, String path) throws IOException {
        try {
            return new NewFile(opened(system, new Path(path)), path);
        } catch (IOException e) {
            throw explained(e, path);
        }
    }

    /** Asked for only where it is offered: with fs.s3a.create.conditional.enabled at false S3A refuses it as an option too. */
    private static OutputStream opened(FileSystem system, Path path) throws IOException {
        var conditional = CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE;
        if (!system.hasPathCapability(path, conditional)) {
            return system.create(path, false);
        }
        FSDataOutputStreamBuilder<?, ?> builder = system.createFile(path);
        builder.recursive();
        builder.overwrite(false);
        builder.must(conditional, true);
        return builder.build();
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
        try {
            super.close();
        } catch (IOException e) {
            throw explained(e, path);
        }
    }

    private static IOException explained(IOException failure, String path) {
        if (!(failure instanceof FileAlreadyExistsException)
                && !failure.getClass().getName().equals(NOT_ABSENT)) {
            return failure;
        }
        var same = new java.nio.file.FileAlreadyExistsException(path);
        same.initCause(failure);
        return same;
    }
}
