package org.filigree.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfigReader;
import org.filigree.config.RunConfigWriter;
import org.filigree.engine.kit.ReferenceCase;

/**
 * Runs that tune the reference llama: a step a round, a checkpoint every other one, all in one folder. Where they are to be
 * otherwise, tests say so as {@code --set} does.
 *
 * @param settings of all these runs
 */
public record ReferenceRuns(Path folder, List<String> settings) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Unpacks the base and its rows there. */
    public static ReferenceRuns in(Path folder, String... settings) throws IOException {
        new ReferenceCase("llama", folder.resolve("llama"));
        return new ReferenceRuns(folder, List.of(settings));
    }

    public RunConfig config(String run, String... more) {
        var yaml = """
                run: %s
                output: %s
                base: {path: %s, name: reference/llama}
                engine: {threads: 1}
                data: {train: [{path: %s, shape: tokens}], packing: false, held_out: 0.3, shards: %s}
                adapter: {name: tuned, r: 4, lora_alpha: 8, lora_dropout: 0.1, target_modules: all-linear}
                training: {max_steps: 20, global_batch_size: 4, micro_batch_size: 2, learning_rate: 1.0e-2}
                averaging: {workers: 2, exchange: gradients}
                evaluation: {every_rounds: 5}
                checkpoint: {every_rounds: 2}
                """.formatted(run, folder, base(), base().resolve("rows.jsonl"), folder.resolve("shards"));
        var sets = Stream.concat(settings.stream(), Stream.of(more)).toList();
        return RunConfigReader.read("test", yaml, sets, Map.of());
    }

    /** The configuration as a file, for a driver of its own. */
    public Path yaml(String run, String... more) throws IOException {
        return Files.writeString(folder.resolve(run + ".yaml"), RunConfigWriter.write(config(run, more)));
    }

    public Path base() {
        return folder.resolve("llama");
    }

    /** What a run has left there. */
    public Path file(String run, String name) {
        return folder.resolve(run).resolve(name);
    }

    public JsonNode json(String run, String name) throws IOException {
        return JSON.readTree(file(run, name).toFile());
    }

    public byte[] adapter(String run) throws IOException {
        return Files.readAllBytes(file(run, "adapters/tuned/adapter_model.safetensors"));
    }

    /** Those of one kind in events.jsonl, in order. */
    public List<JsonNode> events(String run, String kind) throws IOException {
        var events = new ArrayList<JsonNode>();
        for (var line : Files.readAllLines(file(run, "events.jsonl"))) {
            var event = JSON.readTree(line);
            if (event.path("event").asText().equals(kind)) {
                events.add(event);
            }
        }
        return events;
    }

    /** Numbers of the rounds in events.jsonl, in order. */
    public List<Integer> rounds(String run) throws IOException {
        return events(run, "round").stream()
                .map(event -> event.path("round").intValue())
                .toList();
    }

    /** The adapter has the same bits, and events.jsonl tells the same rounds, each once. */
    public void assertSame(String run, String undisturbed) throws IOException {
        assertThat(adapter(run)).isEqualTo(adapter(undisturbed));
        assertThat(rounds(run)).isEqualTo(rounds(undisturbed));
        assertEveryRoundOnce(run);
    }

    /** Those that the outcome counts, in events.jsonl. */
    public void assertEveryRoundOnce(String run) throws IOException {
        var rounds = json(run, "outcome.json").path("rounds").intValue();
        assertThat(rounds).as("rounds of %s", run).isPositive();
        assertThat(rounds(run))
                .isEqualTo(IntStream.rangeClosed(1, rounds).boxed().toList());
    }
}
