package org.filigree.trainer.nodecopy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Optional;
import org.filigree.format.FileTree;
import org.filigree.format.HuggingFaceFolder;
import org.filigree.format.LocalFiles;
import org.filigree.model.DataType;
import org.filigree.model.ModelSpec;
import org.filigree.model.Weights;

/**
 * A base as the JVMs of a node have it in common: a copy in the type that computes, mapped, so that one set of pages serves
 * them all. It is checked when it is opened and never written again.
 */
public final class NodeBase implements Weights {

    private final HuggingFaceFolder copy;
    private final String origin;

    private NodeBase(HuggingFaceFolder copy, String origin) {
        this.copy = copy;
        this.origin = origin;
    }

    /**
     * Fetches and converts it where there is no copy yet.
     *
     * @param folder of the base, in {@code files}
     * @param stamp of the base, as the run knows it: another wherever its files are others
     */
    public static NodeBase open(NodeCopies copies, FileTree files, String folder, String stamp, DataType type)
            throws IOException {
        var key = stamp + "-" + type.name().toLowerCase(Locale.ROOT);
        var copy = copies.get(key, new BaseSource(files, folder, stamp, type));
        return new NodeBase(
                HuggingFaceFolder.open(new LocalFiles(), copy.toString()),
                Files.readString(copy.resolve(BaseSource.ORIGIN), StandardCharsets.US_ASCII));
    }

    public ModelSpec spec() {
        return copy.spec();
    }

    @Override
    public Stored read(String name) {
        return copy.read(name);
    }

    @Override
    public boolean unchanging() {
        return true;
    }

    @Override
    public Optional<String> origin() {
        return Optional.of(origin);
    }
}
