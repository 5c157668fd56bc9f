package org.filigree.trainer.inspect;

import java.io.IOException;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.dataprep.shard.ShardManifest;
import org.filigree.format.FileTree;
import org.filigree.format.FormatException;
import org.filigree.trainer.run.RunFolder;

/** Tells by its files what a folder is, and looks into it. */
public final class Inspector {

    private Inspector() {}

    /**
     * Looks into a folder.
     *
     * @param base the base of an adapter, or null
     * @throws FormatException in one line when the folder is nothing that is known, or not sound
     */
    public static Inspection inspect(FileTree files, String path, String base) throws IOException {
        var kind = kind(files, path);
        if (base != null && kind != Inspection.Kind.ADAPTER) {
            throw new FiligreeException(Code.CONFIGURATION, "--base has no effect: %s is no adapter".formatted(path));
        }
        return switch (kind) {
            case BASE -> BaseInspector.inspect(files, path);
            case ADAPTER -> AdapterInspector.inspect(files, path, base);
            case CORPUS -> CorpusInspector.inspect(files, path);
            case RUN -> RunInspector.inspect(files, path);
        };
    }

    private static Inspection.Kind kind(FileTree files, String path) throws IOException {
        if (!files.isFolder(path)) {
            throw new FormatException(path + (files.exists(path) ? ": a file, wanted a folder" : ": no such folder"));
        }
        if (has(files, path, RunFolder.CONFIGURATION) || has(files, path, RunFolder.OUTCOME)) {
            return Inspection.Kind.RUN;
        }
        if (has(files, path, "adapter_config.json")) {
            return Inspection.Kind.ADAPTER;
        }
        if (has(files, path, "config.json")) {
            return Inspection.Kind.BASE;
        }
        if (has(files, path, ShardManifest.NAME)) {
            return Inspection.Kind.CORPUS;
        }
        throw new FormatException(
                "%s: neither a base (config.json), an adapter (adapter_config.json), a corpus (%s) nor a run (%s)"
                        .formatted(path, ShardManifest.NAME, RunFolder.CONFIGURATION));
    }

    private static boolean has(FileTree files, String path, String name) throws IOException {
        return files.exists(FileTree.join(path, name));
    }

    /** Bytes of the files that stand directly in a folder and end as given. */
    static long bytes(FileTree files, String folder, String suffix) throws IOException {
        var bytes = 0L;
        for (var name : files.list(folder)) {
            var path = FileTree.join(folder, name);
            if (name.endsWith(suffix) && !files.isFolder(path)) {
                bytes += files.size(path);
            }
        }
        return bytes;
    }
}
