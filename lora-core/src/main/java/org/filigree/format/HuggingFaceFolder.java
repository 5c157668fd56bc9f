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
    private final Map<String, Place> placeOf;

    /** A weight's file, and its name in there. */
    private record Place(SafetensorsFile file, String stored) {}

    private HuggingFaceFolder(ModelSpec spec, Map<String, Place> placeOf) {
        this.spec = spec;
        this.placeOf = placeOf;
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
        var placeOf = new HashMap<String, Place>();
        for (var wanted : spec.weights()) {
            var stored = found.containsKey(wanted.name()) ? wanted.name() : bare(wanted.name());
            var file = found.get(stored);
            if (file == null) {
                throw new FormatException("%s: no weight %s".formatted(folder, wanted.name()));
            }
            var entry = file.entries().get(stored);
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
            placeOf.put(wanted.name(), new Place(file, stored));
        }
        return new HuggingFaceFolder(spec, placeOf);
    }

    /** Folders saved from the model without its head (GPT-2 as published) lack the prefix. */
    private static String bare(String name) {
        return name.replaceFirst("^(transformer|model)\\.", "");
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
        var place = placeOf.get(name);
        if (place == null) {
            throw new IllegalArgumentException("no weight " + name);
        }
        var entry = place.file().entries().get(place.stored());
        try {
            return new Stored(
                    entry.type(), entry.rows(), entry.columns(), place.file().read(place.stored()));
        } catch (IOException e) {
            throw new UncheckedIOException(place.file().path() + ": " + name, e);
        }
    }
}
