package org.filigree.trainer.merge;

import java.io.IOException;
import java.util.Locale;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.engine.Engines;
import org.filigree.format.FileTree;
import org.filigree.format.FormatException;
import org.filigree.format.HuggingFaceFolder;
import org.filigree.format.HuggingFaceWriter;
import org.filigree.lora.MergedWeights;
import org.filigree.model.DataType;
import org.filigree.trainer.serve.EngineOptions;
import org.filigree.trainer.serve.ServedBase;

/**
 * Merges an adapter into its base as a folder of its own, and keeps the folder only if it speaks as base and adapter do:
 * it is read again and both sides' logits are compared on fixed rows of tokens.
 */
public final class AdapterMerge {

    private final FileTree files;
    private final EngineOptions engine;

    public AdapterMerge(FileTree files, EngineOptions engine) {
        this.files = files;
        this.engine = engine;
    }

    /**
     * What was done.
     *
     * @param layers linear layers that took in a low-rank part
     * @param type what the folder is written in
     */
    public record Merged(int layers, DataType type, LogitCheck.Difference difference, String engineReason) {}

    /**
     * Writes {@code output}; when anything goes wrong, nothing of it stays.
     *
     * @param type null: the base's own where it can be written, else float32
     * @throws FiligreeException when the output exists, or does not speak as base and adapter
     * @throws FormatException when base or adapter is not sound, or the adapter is for another base
     */
    public Merged merge(String base, String adapter, String output, DataType type) throws IOException {
        if (files.exists(output)) {
            throw new FiligreeException(Code.CONFIGURATION, output + ": exists already; merge writes a new folder");
        }
        var folder = HuggingFaceFolder.open(files, base);
        var placed = ServedBase.adapter(files, adapter, folder.spec());
        var target = type != null ? type : written(folder.storedType());
        var weights = merged(folder, adapter, placed);
        // Rounding to the target is what is measured: both sides compute wide.
        var choice = engine.choose(DataType.FLOAT32);
        var before = before(folder, choice, adapter);
        write(output, folder, target, weights);
        try {
            var difference = LogitCheck.compare(before, after(output, choice), target);
            difference.require(adapter, output);
            return new Merged(placed.plan().wraps().size(), target, difference, choice.reason());
        } catch (IOException | RuntimeException | Error e) {
            delete(output, e);
            throw e;
        }
    }

    /** float64 is read, not written. */
    private static DataType written(DataType stored) {
        return stored == DataType.FLOAT64 ? DataType.FLOAT32 : stored;
    }

    private static MergedWeights merged(HuggingFaceFolder folder, String adapter, ServedBase.Adapter placed) {
        try {
            return new MergedWeights(folder.spec(), folder, placed.plan(), placed.values());
        } catch (IllegalArgumentException e) {
            throw new FormatException("%s: %s".formatted(adapter, e.getMessage()), e);
        }
    }

    private LogitCheck.Wanted before(HuggingFaceFolder folder, Engines.Choice choice, String adapter)
            throws IOException {
        try (var served = ServedBase.load(files, folder, choice)) {
            var alone = LogitCheck.logits(served, ServedBase.BASE_SLOT);
            return new LogitCheck.Wanted(alone, LogitCheck.logits(served, served.add(adapter)));
        }
    }

    private float[][] after(String output, Engines.Choice choice) throws IOException {
        try (var served = ServedBase.load(files, HuggingFaceFolder.open(files, output), choice)) {
            return LogitCheck.logits(served, ServedBase.BASE_SLOT);
        }
    }

    private void write(String output, HuggingFaceFolder folder, DataType type, MergedWeights weights)
            throws IOException {
        try {
            new HuggingFaceWriter(files)
                    .write(output, folder, type, name -> weights.read(name).floats());
        } catch (IOException | RuntimeException | Error e) {
            // The writer took its files away; what another process wrote in the meantime stays.
            if (files.isFolder(output) && files.list(output).isEmpty()) {
                delete(output, e);
            }
            throw e;
        }
    }

    private void delete(String output, Throwable why) {
        try {
            files.delete(output);
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    /** {@code bfloat16}, as config.json calls it. */
    static String name(DataType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }
}
