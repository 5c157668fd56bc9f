package org.filigree.trainer.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfigReader;
import org.filigree.engine.kit.ReferenceCase;

/**
 * Some rounds of the reference llama with dropout, a checkpoint every other round.
 *
 * @param averaging the configuration's line
 */
record FaultyRun(Path folder, int rounds, int steps, String averaging) {

    /** Many rounds of a step each. */
    static FaultyRun in(Path folder) throws IOException {
        new ReferenceCase("llama", folder.resolve("llama"));
        return new FaultyRun(folder, 20, 20, "{workers: 2, exchange: gradients}");
    }

    /** Rounds that take long enough to be hit in the middle, with more workers than a small cluster has slots. */
    static FaultyRun ofLongRounds(Path folder) throws IOException {
        new ReferenceCase("llama", folder.resolve("llama"));
        var rounds = 6;
        var local = 60;
        return new FaultyRun(
                folder,
                rounds,
                rounds * local,
                "{workers: 4, exchange: parameters, wire: float32, local_steps: %d}".formatted(local));
    }

    /** @param output may have a scheme */
    String yaml(String run, String output, Path shards) {
        return """
                run: %s
                output: %s
                base: {path: %s, name: reference/llama}
                engine: {threads: 1}
                data: {train: [{path: %s, shape: tokens}], packing: false, held_out: 0.3, shards: %s}
                adapter: {name: tuned, r: 4, lora_alpha: 8, lora_dropout: 0.1, target_modules: all-linear}
                training: {max_steps: %d, global_batch_size: 4, micro_batch_size: 2, learning_rate: 1.0e-2}
                averaging: %s
                evaluation: {every_rounds: 5}
                checkpoint: {every_rounds: 2}
                """.formatted(
                run, output, folder.resolve("llama"), folder.resolve("llama/rows.jsonl"), shards, steps, averaging);
    }

    RunConfig config(String run, String output) {
        return config(run, output, folder.resolve("shards"));
    }

    RunConfig config(String run, String output, Path shards) {
        return RunConfigReader.read("test", yaml(run, output, shards), List.of(), Map.of());
    }

    byte[] adapter(String run) throws IOException {
        return Files.readAllBytes(folder.resolve(run + "/adapters/tuned/adapter_model.safetensors"));
    }

    List<Integer> everyRoundOnce() {
        return IntStream.rangeClosed(1, rounds).boxed().toList();
    }

    /** Numbers of the rounds in events.jsonl, in order. */
    List<Integer> rounds(String run) throws IOException {
        return Files.readAllLines(folder.resolve(run + "/events.jsonl")).stream()
                .filter(event -> event.startsWith("{\"event\":\"round\""))
                .map(event -> Integer.parseInt(event.replaceFirst(".*?\"round\":(\\d+).*", "$1")))
                .toList();
    }
}
