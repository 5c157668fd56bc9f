package org.filigree.trainer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.filigree.engine.kit.ReferenceCase;

/** A small run that a user could start: the reference llama, its eight token rows, a new adapter. */
record LlamaRun(Path folder, ReferenceCase reference) {

    static LlamaRun in(Path folder) throws IOException {
        return new LlamaRun(folder, new ReferenceCase("llama", folder.resolve("llama")));
    }

    Path base() {
        return folder.resolve("llama");
    }

    Path run() {
        return folder.resolve("runs/small");
    }

    /** Trains, with fields replaced as {@code --set} does it. */
    CommandLine train(String... sets) throws IOException {
        return command("train", sets);
    }

    CommandLine command(String name, String... sets) throws IOException {
        var file = Files.writeString(folder.resolve("small.yaml"), """
                run: small
                output: %s
                base: {path: %s, name: reference/llama}
                engine: {threads: 1}
                data:
                  train: [{path: %s, shape: tokens}]
                  packing: false
                adapter: {r: 4, lora_alpha: 8, target_modules: [q_proj, v_proj]}
                training: {max_steps: 4, global_batch_size: 4, micro_batch_size: 2, learning_rate: 1.0e-3}
                averaging: {workers: 2, exchange: gradients}
                checkpoint: {every_rounds: 1, keep: 2}
                """.formatted(
                        folder.resolve("runs"), base(), base().resolve("rows.jsonl")));
        var arguments = new String[2 + 2 * sets.length];
        arguments[0] = name;
        arguments[1] = file.toString();
        for (var i = 0; i < sets.length; i++) {
            arguments[2 + 2 * i] = "--set";
            arguments[3 + 2 * i] = sets[i];
        }
        return CommandLine.run(arguments);
    }
}
