package org.filigree.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A run of a tiny real model, the quickstart's, and what it left behind.
 *
 * @param root where quickstart/ is
 */
record TinyRun(Path root, Path output, String name, int rounds, Averaging averaging) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Writes its configuration, and says where. */
    Path configuration() throws IOException {
        return Files.writeString(output.resolve(name + ".yaml"), """
                run: %s
                output: %s
                base: {path: %s, name: filigree/everyday-2m}
                engine: {threads: 1}
                data:
                  train: [{path: %s, shape: messages}]
                  held_out: 0.05
                  max_length: 128
                  packing: false
                adapter: {name: chaos, r: 8, lora_alpha: 16, lora_dropout: 0.05, target_modules: all-linear}
                training: {max_steps: %d, global_batch_size: %d, micro_batch_size: 2, learning_rate: 3.0e-3}
                averaging: {%s}
                evaluation: {every_rounds: 25}
                checkpoint: {every_rounds: 5}
                """.formatted(
                        name,
                        output,
                        root.resolve("quickstart/base"),
                        root.resolve("quickstart/data/pirate.jsonl"),
                        rounds * averaging.stepsPerRound(),
                        averaging.batch(),
                        averaging.yaml()));
    }

    /** Something is being written that no manifest names yet: the driver is in a checkpoint, or died in one. */
    boolean inCheckpoint(int epoch) throws IOException {
        for (var checkpoint : children("checkpoints")) {
            if (checkpoint.toString().endsWith("-" + epoch) && !Files.exists(checkpoint.resolve("manifest.json"))) {
                return true;
            }
        }
        return false;
    }

    boolean isPublishing(int epoch) {
        return Files.exists(folder().resolve("staging-" + epoch));
    }

    /** Drivers that have taken it so far. */
    int epoch() throws IOException {
        return children("owner").size();
    }

    private List<Path> children(String of) throws IOException {
        var folder = folder().resolve(of);
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (var children = Files.list(folder)) {
            return children.toList();
        }
    }

    /** How it differs from the undisturbed one; empty where it does not. */
    Optional<String> difference(TinyRun undisturbed) throws IOException {
        if (!Arrays.equals(adapter(), undisturbed.adapter())) {
            return Optional.of("the adapter has other bytes");
        }
        var told = roundEvents();
        var numbers = told.stream().map(round -> round.path("round").intValue()).toList();
        if (!numbers.equals(IntStream.rangeClosed(1, rounds).boxed().toList())) {
            return Optional.of("events.jsonl: wanted every round once, found " + numbers);
        }
        return learned(told).equals(learned(undisturbed.roundEvents()))
                ? Optional.empty()
                : Optional.of("events.jsonl: other losses or norms");
    }

    /** What the rounds computed, without what they took. */
    private static List<List<JsonNode>> learned(List<JsonNode> told) {
        return told.stream()
                .map(round -> List.of(round.path("losses"), round.path("tokens"), round.path("grad_norm")))
                .toList();
    }

    private byte[] adapter() throws IOException {
        // Its folder has another name where a driver was killed within a file of it.
        var outcome = JSON.readTree(folder().resolve("outcome.json").toFile());
        var published = outcome.path("published").path(0).path("path").asText();
        return Files.readAllBytes(folder().resolve(published).resolve("adapter_model.safetensors"));
    }

    private List<JsonNode> roundEvents() throws IOException {
        var told = new ArrayList<JsonNode>();
        for (var line : Files.readAllLines(folder().resolve("events.jsonl"))) {
            var event = JSON.readTree(line);
            if (event.path("event").asText().equals("round")) {
                told.add(event);
            }
        }
        return told;
    }

    private Path folder() {
        return output.resolve(name);
    }
}
