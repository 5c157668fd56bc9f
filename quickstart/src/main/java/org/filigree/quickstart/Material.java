package org.filigree.quickstart;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.filigree.format.SafetensorsWriter;
import org.filigree.model.Families;

/**
 * Writes the quickstart's material. Arguments: a folder for what pre-training needs (its corpus, and {@code start/}: the
 * base before its first step), and a folder for the adapters' rows, which the repository keeps.
 */
public final class Material {

    static final long SEED = 42;
    static final int DOCUMENTS = 12_000;
    static final int HELD_OUT_DOCUMENTS = 200;
    static final int ADAPTER_ROWS = 600;
    static final int HELD_OUT_ROWS = 60;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectWriter INDENTED =
            JSON.writer(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));

    private Material() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 2) {
            throw new IllegalArgumentException("wanted two folders: for pre-training, and for the adapters' rows");
        }
        writePretraining(Path.of(arguments[0]));
        writeAdapterRows(Path.of(arguments[1]));
    }

    /** What pre-training needs: the corpus, and {@code start/}. */
    public static void writePretraining(Path folder) throws IOException {
        writeCorpus(folder);
        writeStart(folder.resolve("start"));
    }

    /** everyday.jsonl, and everyday.held-out.jsonl, none of whose documents stands in the other. */
    static void writeCorpus(Path folder) throws IOException {
        var corpus = new EverydayCorpus(SEED);
        writeSplit(
                folder,
                "everyday",
                DOCUMENTS,
                HELD_OUT_DOCUMENTS,
                index -> JSON.createObjectNode().put("text", corpus.document(index)),
                "/text");
    }

    /** pirate.jsonl in the shape messages, tickets.jsonl in the shape prompt_completion, each with held-out rows. */
    static void writeAdapterRows(Path folder) throws IOException {
        var pirate = new PirateRows(SEED);
        writeSplit(
                folder,
                "pirate",
                ADAPTER_ROWS,
                HELD_OUT_ROWS,
                index -> {
                    var pair = pirate.row(index);
                    var row = JSON.createObjectNode();
                    var messages = row.putArray("messages");
                    messages.addObject().put("role", "user").put("content", pair.question());
                    messages.addObject().put("role", "assistant").put("content", pair.answer());
                    return row;
                },
                "/messages/0/content");
        var tickets = new TicketRows(SEED);
        writeSplit(
                folder,
                "tickets",
                ADAPTER_ROWS,
                HELD_OUT_ROWS,
                index -> JSON.createObjectNode()
                        .put("prompt", tickets.row(index).prompt())
                        .put("completion", tickets.row(index).completion()),
                "/prompt");
    }

    /** The base before its first step: config.json, tokenizer, random weights in float32. */
    static void writeStart(Path folder) throws IOException {
        var config = JSON.readTree(Resources.text("config.json"));
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), Resources.text("config.json"));
        writeJson(
                folder.resolve("tokenizer.json"),
                TokenizerFiles.tokenizer(
                        new EverydayCorpus(SEED).documents(DOCUMENTS),
                        config.path("vocab_size").intValue()));
        writeJson(
                folder.resolve("tokenizer_config.json"),
                TokenizerFiles.configuration(
                        config.path("max_position_embeddings").intValue()));
        try (var out = Files.newOutputStream(folder.resolve("model.safetensors"))) {
            SafetensorsWriter.write(out, StartingWeights.of(Families.spec(config), SEED));
        }
    }

    private static void writeJson(Path file, JsonNode json) throws IOException {
        Files.writeString(file, INDENTED.writeValueAsString(json) + "\n");
    }

    /**
     * Training rows in order, then held-out rows that share their question with no training row.
     *
     * @param identity where in a row stands what makes two rows the same question
     */
    private static void writeSplit(
            Path folder, String name, int training, int heldOut, IntFunction<JsonNode> row, String identity)
            throws IOException {
        Files.createDirectories(folder);
        Set<String> seen = new HashSet<>();
        var rows = IntStream.range(0, training).mapToObj(row).toList();
        rows.forEach(r -> seen.add(identity(r, identity)));
        var rest = Stream.iterate(training, i -> i + 1)
                .map(row::apply)
                .filter(r -> seen.add(identity(r, identity)))
                .limit(heldOut)
                .toList();
        writeLines(folder.resolve(name + ".jsonl"), rows);
        writeLines(folder.resolve(name + ".held-out.jsonl"), rest);
    }

    private static String identity(JsonNode row, String path) {
        return row.at(path).asText();
    }

    private static void writeLines(Path file, List<JsonNode> rows) throws IOException {
        Files.write(file, rows.stream().map(JsonNode::toString).toList());
    }
}
