package org.filigree.trainer.cli;

import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.filigree.trainer.merge.AdapterMerge;
import org.filigree.trainer.merge.LogitCheck;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code filigree merge}: an adapter taken into its base, as a model folder that needs no adapter. */
@Command(
        name = "merge",
        description = "Writes a base with an adapter merged in, and checks that it says the same.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
final class MergeCommand implements Callable<Integer> {

    @Option(names = "--base", paramLabel = "DIR", required = true, description = "Hugging Face model folder.")
    private String base;

    @Option(names = "--adapter", paramLabel = "DIR", required = true, description = "PEFT folder.")
    private String adapter;

    @Option(names = "--output", paramLabel = "DIR", required = true, description = "Folder to write; may not exist.")
    private String output;

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            defaultValue = "auto",
            converter = DataTypes.Writing.class,
            description = "auto (the base's), float32, bfloat16 or float16.")
    private DataTypes.Choice dtype;

    @Mixin
    private EngineArguments engine;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        var files = HadoopSettings.files();
        var merged = new AdapterMerge(files, engine.options(null)).merge(base, adapter, output, dtype.type());
        var difference = merged.difference();
        var out = spec.commandLine().getOut();
        out.println("wrote %s: %s with %s merged into %d layers, %s"
                .formatted(
                        output,
                        base,
                        adapter,
                        merged.layers(),
                        merged.type().name().toLowerCase(Locale.ROOT)));
        out.println("checked against base and adapter on %d rows of %d tokens (%s)"
                .formatted(LogitCheck.ROWS, LogitCheck.TOKENS, merged.engineReason()));
        out.println("largest difference of logits %.3g, allowed %.3g; the adapter moves them by up to %.3g"
                .formatted(difference.largest(), difference.tolerance(), difference.effect()));
        return 0;
    }
}
