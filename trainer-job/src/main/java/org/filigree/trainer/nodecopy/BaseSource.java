package org.filigree.trainer.nodecopy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.format.FileTree;
import org.filigree.format.HuggingFaceFolder;
import org.filigree.format.MappableWeights;
import org.filigree.model.DataType;

/** A Hugging Face folder wherever it lies, to be copied with its weights in one type, ready to be mapped. */
record BaseSource(FileTree files, String folder, String stamp, DataType type) implements CopySource {

    /** The file with the digest of the weights as the source stores them. */
    static final String ORIGIN = "origin.digest";

    private static final int DIGEST_BYTES = 64;

    @Override
    public long bytes() throws IOException {
        var source = HuggingFaceFolder.open(files, folder);
        var bytes = new MappableWeights(source, type).bytes() + DIGEST_BYTES;
        for (var name : source.configurationFiles()) {
            bytes += files.size(FileTree.join(folder, name));
        }
        return bytes;
    }

    @Override
    public void write(Target into) throws IOException {
        var source = HuggingFaceFolder.open(files, folder);
        for (var name : source.configurationFiles()) {
            try (var in = files.open(FileTree.join(folder, name));
                    var out = into.create(name)) {
                in.transferTo(out);
            }
        }
        String origin;
        try (var out = into.create(MappableWeights.NAME)) {
            origin = new MappableWeights(source, type).write(out);
        }
        try (var out = into.create(ORIGIN)) {
            out.write(origin.getBytes(StandardCharsets.US_ASCII));
        }
        if (!HuggingFaceFolder.open(files, folder).stamp().equals(stamp)) {
            throw new FiligreeException(
                    Code.CONFIGURATION,
                    folder + ": has been written again since the run was set up; start the command anew");
        }
    }

    @Override
    public String describe() {
        return folder;
    }
}
