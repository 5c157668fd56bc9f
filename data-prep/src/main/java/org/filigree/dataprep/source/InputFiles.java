package org.filigree.dataprep.source;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;

/**
 * The files of a source: a file, a folder with all below it, or a pattern; sorted by path, hidden ones left out.
 *
 * @param path with its scheme
 * @param modified milliseconds, part of what makes a corpus the same
 */
public record InputFiles(String path, long bytes, long modified) {

    /** @throws FiligreeException with DATA when there are none */
    public static List<InputFiles> of(Configuration configuration, String path) throws IOException {
        var pattern = new Path(path);
        var system = pattern.getFileSystem(configuration);
        var found = new ArrayList<InputFiles>();
        var matches = system.globStatus(pattern);
        if (matches != null) {
            for (var match : matches) {
                collect(system, match, found);
            }
        }
        if (found.isEmpty()) {
            throw new FiligreeException(
                    Code.DATA, path + (matches == null || matches.length == 0 ? ": no such file" : ": no file in it"));
        }
        found.sort(Comparator.comparing(InputFiles::path));
        return found;
    }

    private static void collect(FileSystem system, FileStatus status, List<InputFiles> into) throws IOException {
        var name = status.getPath().getName();
        if (name.startsWith(".") || name.startsWith("_")) {
            return;
        }
        if (status.isDirectory()) {
            for (var child : system.listStatus(status.getPath())) {
                collect(system, child, into);
            }
        } else {
            into.add(new InputFiles(status.getPath().toString(), status.getLen(), status.getModificationTime()));
        }
    }

    /** What the name's end says: {@code csv}, {@code jsonl.gz} counts as {@code jsonl}. */
    String extension() {
        var name = new Path(path).getName().toLowerCase(Locale.ROOT).replaceFirst("\\.(gz|bz2|zst|snappy|lz4)$", "");
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
