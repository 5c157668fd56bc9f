package org.filigree.trainer.publish;

import java.util.Locale;
import java.util.stream.Collectors;
import org.filigree.config.RunConfig;
import org.filigree.trainer.input.RunSetup;

/** The model card: README.md with the front matter that hubs read. No dates and no paths of this machine. */
final class ModelCard {

    private ModelCard() {}

    /** @param which {@code last} or {@code best} */
    static String of(RunConfig config, RunSetup setup, String which) {
        var full = config.adapter().method() == RunConfig.Method.FULL;
        var manifest = setup.corpus().manifest();
        var training = config.training();
        return """
                ---
                base_model: %s
                library_name: %s
                pipeline_tag: text-generation
                tags:
                - filigree
                - %s
                ---

                # %s

                %s of `%s`, trained with Filigree on Apache Spark.

                | what | |
                | --- | --- |
                %s| trainable parameters | %,d (%.2f%% of the base) |
                | training rows, tokens | %,d, %,d |
                | optimizer | AdamW, learning rate %s (%s, %d warm-up steps), weight decay %s |
                | steps, rows a step | %,d, %,d |
                | workers | %d, exchange of %s |
                | seed | %d |
                | values | %s |
                """.formatted(
                        config.base().name(),
                        full ? "transformers" : "peft",
                        full ? "full" : "lora",
                        config.adapter().name(),
                        full ? "A full fine-tuning" : "A LoRA adapter",
                        config.base().name(),
                        full ? "" : lora(setup, config),
                        setup.plan().layout().size(),
                        100.0 * setup.plan().layout().size() / setup.base().parameters(),
                        manifest.train().rows(),
                        manifest.train().tokens(),
                        training.learningRate(),
                        training.schedule().name().toLowerCase(Locale.ROOT),
                        training.warmupSteps(),
                        training.weightDecay(),
                        setup.steps(),
                        training.globalBatchSize(),
                        config.averaging().workers(),
                        config.averaging().exchange().name().toLowerCase(Locale.ROOT),
                        training.seed(),
                        which.equals("best") ? "those with the lowest held-out loss" : "those after the last step");
    }

    private static String lora(RunSetup setup, RunConfig config) {
        var lora = config.adapter().lora();
        var targets = setup.plan().wraps().stream()
                .map(wrap -> wrap.module().substring(wrap.module().lastIndexOf('.') + 1))
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
        return "| rank, alpha, dropout | %d, %s, %s |\n| target modules | %s |\n"
                .formatted(lora.r(), lora.loraAlpha(), lora.loraDropout(), targets);
    }
}
