package org.filigree.dataprep.files;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.filigree.format.FileTree;
import org.filigree.format.LocalFiles;

/**
 * Any filesystem that Hadoop knows. The local disk goes through Java's own files: Hadoop's would leave checksum files in
 * published folders, and its create without overwrite is not atomic there.
 */
public final class HadoopFiles implements FileTree {

    private final Configuration configuration;
    private final LocalFiles local = new LocalFiles();

    public HadoopFiles(Configuration configuration) {
        this.configuration = configuration;
    }

    private FileSystem system(String path) throws IOException {
        return new Path(path).getFileSystem(configuration);
    }

    /** Whether the path is the local disk's, by its scheme or by the default filesystem. */
    public boolean isLocal(String path) {
        var scheme = new Path(path).toUri().getScheme();
        return "file"
                .equals(
                        scheme != null
                                ? scheme
                                : FileSystem.getDefaultUri(configuration).getScheme());
    }

    /** The path as it means the same on every machine and in every working directory. */
    public String absolute(String path) throws IOException {
        if (new Path(path).toUri().getScheme() == null && isLocal(path)) {
            return java.nio.file.Path.of(path).toAbsolutePath().normalize().toString();
        }
        return system(path).makeQualified(new Path(path)).toString();
    }

    private static String plain(String path) {
        return new Path(path).toUri().getPath();
    }

    @Override
    public boolean exists(String path) throws IOException {
        return isLocal(path) ? local.exists(plain(path)) : system(path).exists(new Path(path));
    }

    @Override
    public boolean isFolder(String path) throws IOException {
        if (isLocal(path)) {
            return local.isFolder(plain(path));
        }
        try {
            return system(path).getFileStatus(new Path(path)).isDirectory();
        } catch (FileNotFoundException e) {
            return false;
        }
    }

    @Override
    public List<String> list(String folder) throws IOException {
        if (isLocal(folder)) {
            return local.list(plain(folder));
        }
        return Arrays.stream(system(folder).listStatus(new Path(folder)))
                .map(status -> status.getPath().getName())
                .sorted()
                .toList();
    }

    @Override
    public long size(String path) throws IOException {
        return isLocal(path)
                ? local.size(plain(path))
                : system(path).getFileStatus(new Path(path)).getLen();
    }

    @Override
    public long modified(String path) throws IOException {
        return isLocal(path)
                ? local.modified(plain(path))
                : system(path).getFileStatus(new Path(path)).getModificationTime();
    }

    @Override
    public InputStream open(String path) throws IOException {
        return isLocal(path) ? local.open(plain(path)) : system(path).open(new Path(path));
    }

    @Override
    public RandomRead openRandom(String path) throws IOException {
        if (isLocal(path)) {
            return local.openRandom(plain(path));
        }
        var size = size(path);
        var in = system(path).open(new Path(path));
        return new RandomRead() {
            @Override
            public void read(long offset, ByteBuffer into) throws IOException {
                var bytes = new byte[into.remaining()];
                in.readFully(offset, bytes);
                into.put(bytes);
            }

            @Override
            public long size() {
                return size;
            }

            @Override
            public void close() throws IOException {
                in.close();
            }
        };
    }

    @Override
    public OutputStream create(String path, boolean overwrite) throws IOException {
        if (isLocal(path)) {
            return local.create(plain(path), overwrite);
        }
        return overwrite ? system(path).create(new Path(path), true) : NewFile.create(system(path), path);
    }

    @Override
    public void delete(String path) throws IOException {
        if (isLocal(path)) {
            local.delete(plain(path));
        } else {
            system(path).delete(new Path(path), true);
        }
    }
}
