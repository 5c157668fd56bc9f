package org.filigree.format;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import org.filigree.model.Families;
import org.filigree.model.ModelSpec;
import org.filigree.model.Weights;

/** A Hugging Face model folder: config.json and model.safetensors, whole or sharded. */
public final class HuggingFaceFolder implements Weights {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String WHOLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    private final ModelSpec spec;
    private final Map<String, SafetensorsFile> fileOf;

    private HuggingFaceFolder(ModelSpec spec, Map<String, SafetensorsFile> fileOf) {
        this.spec = spec;
        this.fileOf = fileOf;
    }

    /** @throws FormatException in one line when files are missing or a weight is not the model's */
    public static HuggingFaceFolder open(FileTree files, String folder) throws IOException {
        var configPath = FileTree.join(folder, "config.json");
        if (!files.exists(configPath)) {
            throw new FormatException(configPath + ": no such file; a base is a Hugging Face model folder");
        }
        ModelSpec spec;
        try (var in = files.open(configPath)) {
            spec = Families.spec(JSON.readTree(in));
        }
        var found = new HashMap<String, SafetensorsFile>();
        for (var name : weightFiles(files, folder)) {
            var file = SafetensorsFile.open(files, FileTree.join(folder, name));
            file.entries().keySet().forEach(tensor -> found.put(tensor, file));
        }
        var fileOf = new HashMap<String, SafetensorsFile>();
        for (var wanted : spec.weights()) {
            var file = found.get(wanted.name());
            if (file == null) {
                throw new FormatException("%s: no weight %s".formatted(folder, wanted.name()));
            }
            var entry = file.entries().get(wanted.name());
            if (entry.rows() != wanted.rows() || entry.columns() != wanted.columns()) {
                throw new FormatException("%s: %s is [%d, %d], config.json wants [%d, %d]"
                        .formatted(
                                file.path(),
                                wanted.name(),
                                entry.rows(),
                                entry.columns(),
                                wanted.rows(),
                                wanted.columns()));
            }
            fileOf.put(wanted.name(), file);
        }
        return new HuggingFaceFolder(spec, fileOf);
    }

    private static Iterable<String> weightFiles(FileTree files, String folder) throws IOException {
        if (files.exists(FileTree.join(folder, WHOLE))) {
            return java.util.List.of(WHOLE);
        }
        var index = FileTree.join(folder, INDEX);
        if (!files.exists(index)) {
            throw new FormatException("%s: neither %s nor %s".formatted(folder, WHOLE, INDEX));
        }
        var names = new HashSet<String>();
        try (var in = files.open(index)) {
            JSON.readTree(in).path("weight_map").forEach(name -> names.add(name.asText()));
        }
        return names;
    }

    public ModelSpec spec() {
        return spec;
    }

    @Override
    public Stored read(String name) {
        var file = fileOf.get(name);
        if (file == null) {
            throw new IllegalArgumentException("no weight " + name);
        }
        var entry = file.entries().get(name);
        try {
            return new Stored(entry.type(), entry.rows(), entry.columns(), file.read(name));
        } catch (IOException e) {
            throw new UncheckedIOException(file.path() + ": " + name, e);
        }
    }
}
