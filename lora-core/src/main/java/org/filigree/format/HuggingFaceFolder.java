package org.filigree.format;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.filigree.model.DataType;
import org.filigree.model.Families;
import org.filigree.model.ModelSpec;
import org.filigree.model.UnsupportedModelException;
import org.filigree.model.Weights;

/** A Hugging Face model folder: config.json and model.safetensors, whole or sharded, and a tokenizer's files. */
public final class HuggingFaceFolder implements Weights {

    static final String CONFIG = "config.json";
    private static final String GENERATION = "generation_config.json";
    private static final List<String> TOKENIZER_FILES = List.of(
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "chat_template.jinja",
            GENERATION,
            "vocab.json",
            "merges.txt",
            "added_tokens.json");

    private final FileTree files;
    private final String path;
    private final byte[] configText;
    private final TokenIds tokens;
    private final ModelSpec spec;
    private final List<SafetensorsFile> weightFiles;
    private final Map<String, Place> placeOf;

    /** A weight's file, and its name in there. */
    private record Place(SafetensorsFile file, String stored) {}

    private HuggingFaceFolder(FileTree files, String path) throws IOException {
        this.files = files;
        this.path = path;
        try (var in = files.open(FileTree.join(path, CONFIG))) {
            this.configText = in.readAllBytes();
        }
        this.tokens = TokenIds.read(path, config(), generation());
        this.spec = spec(path, config());
        var found = WeightFiles.open(files, path);
        this.weightFiles = found.files();
        this.placeOf = places(path, spec, found.fileOf());
    }

    /**
     * Reads configuration and headers; weights are read when they are asked for.
     *
     * @throws FormatException in one line when files are missing or not sound, or a weight is not the model's
     * @throws UnsupportedModelException in one line when there is no such family
     */
    public static HuggingFaceFolder open(FileTree files, String folder) throws IOException {
        var config = FileTree.join(folder, CONFIG);
        if (!files.exists(config)) {
            throw new FormatException(config + ": no such file; a base is a Hugging Face model folder");
        }
        return new HuggingFaceFolder(files, folder);
    }

    private ObjectNode generation() throws IOException {
        var generation = FileTree.join(path, GENERATION);
        return files.exists(generation) ? JsonFile.read(files, generation) : JsonNodeFactory.instance.objectNode();
    }

    private static ModelSpec spec(String folder, ObjectNode config) {
        try {
            return Families.spec(config);
        } catch (UnsupportedModelException e) {
            throw new UnsupportedModelException(FileTree.join(folder, e.getMessage()), e);
        }
    }

    private static Map<String, Place> places(String folder, ModelSpec spec, Map<String, SafetensorsFile> fileOf) {
        var places = new HashMap<String, Place>();
        for (var wanted : spec.weights()) {
            var stored = fileOf.containsKey(wanted.name()) ? wanted.name() : bare(wanted.name());
            var file = fileOf.get(stored);
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
            file.type(stored);
            places.put(wanted.name(), new Place(file, stored));
        }
        return places;
    }

    /** Folders saved from the model without its head (GPT-2 as published) lack the prefix. */
    private static String bare(String name) {
        return name.replaceFirst("^(transformer|model)\\.", "");
    }

    public String path() {
        return path;
    }

    FileTree files() {
        return files;
    }

    public ModelSpec spec() {
        return spec;
    }

    /** Parameters of the model; a tied output embedding counts once. */
    public long parameters() {
        return spec.parameters();
    }

    /** config.json as it stands; the caller's own copy. */
    public ObjectNode config() throws IOException {
        return JsonFile.parse(FileTree.join(path, CONFIG), configText);
    }

    /** The token that ends a text: the first where there are several. */
    public OptionalInt eosTokenId() {
        return TokenIds.first(tokens.end());
    }

    /** Every token that ends generation; empty where none is named. */
    public List<Integer> eosTokenIds() {
        return tokens.end();
    }

    public OptionalInt bosTokenId() {
        return tokens.begin();
    }

    public OptionalInt padTokenId() {
        return tokens.pad();
    }

    /** The type in which most of the model's numbers are stored. */
    public DataType storedType() {
        var elements = new EnumMap<DataType, Long>(DataType.class);
        for (var weight : spec.weights()) {
            var place = placeOf.get(weight.name());
            elements.merge(place.file().type(place.stored()), weight.elements(), Long::sum);
        }
        return elements.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .orElseThrow()
                .getKey();
    }

    /** Names of the files here that say what the model is, its weights aside. */
    public List<String> configurationFiles() throws IOException {
        return present(List.of(CONFIG, GENERATION));
    }

    /** Names of the files here that belong to the tokenizer and to generation: what goes along with a model. */
    public List<String> tokenizerFiles() throws IOException {
        return present(TOKENIZER_FILES);
    }

    private List<String> present(List<String> names) throws IOException {
        var present = new ArrayList<String>();
        for (var name : names) {
            if (files.exists(FileTree.join(path, name))) {
                present.add(name);
            }
        }
        return List.copyOf(present);
    }

    /**
     * SHA-256, hexadecimal, over config.json and each weight file's header and size. It tells bases apart by make, not by
     * the values of their weights, which it does not read.
     */
    public String fingerprint() {
        var digest = Sha256.start();
        digest.update(Sha256.start().digest(configText));
        for (var file : weightFiles) {
            digest.update(file.headerDigest());
            digest.update(ByteBuffer.allocate(Long.BYTES).putLong(file.size()).array());
        }
        return Sha256.hex(digest);
    }

    /** Another when the folder's files were written again: what a cache of its weights goes by. */
    public String stamp() throws IOException {
        var digest = Sha256.start();
        digest.update(fingerprint().getBytes(StandardCharsets.UTF_8));
        for (var file : weightFiles) {
            digest.update(ByteBuffer.allocate(Long.BYTES)
                    .putLong(files.modified(file.path()))
                    .array());
        }
        return Sha256.hex(digest);
    }

    private Place place(String name) {
        var place = placeOf.get(name);
        if (place == null) {
            throw new IllegalArgumentException("no weight " + name);
        }
        return place;
    }

    /** The shape a weight is stored in: of a vector one dimension. */
    long[] shape(String name) {
        return entry(name).shape().clone();
    }

    /** The file that holds a weight. */
    SafetensorsFile file(String name) {
        return place(name).file();
    }

    /** Where a weight lies in its file. */
    SafetensorsFile.Entry entry(String name) {
        var place = place(name);
        return place.file().entries().get(place.stored());
    }

    @Override
    public Stored read(String name) {
        var place = place(name);
        try {
            return place.file().read(place.stored());
        } catch (IOException e) {
            throw new UncheckedIOException(place.file().path() + ": " + name, e);
        }
    }
}
