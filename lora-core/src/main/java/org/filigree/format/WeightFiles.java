package org.filigree.format;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The weight files of a Hugging Face folder: model.safetensors, or the shards that its index names.
 *
 * @param files in the order of their names
 * @param fileOf tensor, as stored -> its file
 */
record WeightFiles(List<SafetensorsFile> files, Map<String, SafetensorsFile> fileOf) {

    static final String WHOLE = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";

    /** @throws FormatException in one line when a file is missing or not sound, or two hold the same tensor */
    static WeightFiles open(FileTree tree, String folder) throws IOException {
        var opened = new ArrayList<SafetensorsFile>();
        var fileOf = new TreeMap<String, SafetensorsFile>();
        for (var name : names(tree, folder)) {
            var path = FileTree.join(folder, name);
            if (!tree.exists(path)) {
                throw new FormatException("%s: no such file, but %s names it".formatted(path, INDEX));
            }
            var file = SafetensorsFile.open(tree, path);
            opened.add(file);
            for (var tensor : file.entries().keySet()) {
                var other = fileOf.put(tensor, file);
                if (other != null) {
                    throw new FormatException("%s: tensor %s stands in %s too".formatted(path, tensor, other.path()));
                }
            }
        }
        return new WeightFiles(List.copyOf(opened), fileOf);
    }

    private static Iterable<String> names(FileTree tree, String folder) throws IOException {
        if (tree.exists(FileTree.join(folder, WHOLE))) {
            return List.of(WHOLE);
        }
        var index = FileTree.join(folder, INDEX);
        if (!tree.exists(index)) {
            throw new FormatException("%s: neither %s nor %s".formatted(folder, WHOLE, INDEX));
        }
        var names = new TreeSet<String>();
        for (var name : JsonFile.read(tree, index).path("weight_map")) {
            // A plain name: an index must not lead out of its folder.
            if (!name.isTextual() || !name.asText().matches("[^/\\\\]+\\.safetensors")) {
                throw new FormatException(
                        "%s: weight_map names %s, wanted a safetensors file beside it".formatted(index, name));
            }
            names.add(name.asText());
        }
        if (names.isEmpty()) {
            throw new FormatException(index + ": no weight_map");
        }
        return names;
    }
}
