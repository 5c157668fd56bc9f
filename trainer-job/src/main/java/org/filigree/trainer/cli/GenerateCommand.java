package org.filigree.trainer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.generate.Generator;
import org.filigree.generate.Sampling;
import org.filigree.trainer.serve.ServedBase;
import org.filigree.trainer.serve.ServedText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code filigree generate}: what a base says, and what it says with each of some adapters, side by side. */
@Command(
        name = "generate",
        description = "Lets a base, and adapters beside it, answer prompts.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
final class GenerateCommand implements Callable<Integer> {

    @Option(names = "--base", paramLabel = "DIR", required = true, description = "Hugging Face model folder.")
    private String base;

    @Option(names = "--adapter", paramLabel = "DIR", description = "PEFT folder; may be given several times.")
    private List<String> adapters = List.of();

    @Option(names = "--prompt", paramLabel = "TEXT", description = "May be given several times.")
    private List<String> prompts = List.of();

    @Option(
            names = "--prompts",
            paramLabel = "FILE",
            description = "A prompt a line; of a .jsonl file each line's prompt. Neither: lines of standard input.")
    private String promptsFile;

    @Option(names = "--chat", description = "A prompt is a user's turn, put into the tokenizer's chat template.")
    private boolean chat;

    @Option(names = "--max-new-tokens", paramLabel = "N", defaultValue = "128", description = "Longest answer.")
    private int maxNewTokens;

    @Option(names = "--temperature", paramLabel = "T", defaultValue = "0", description = "0: the likeliest token.")
    private double temperature;

    @Option(names = "--top-p", paramLabel = "P", defaultValue = "1", description = "Share of likelihood kept.")
    private double topP;

    @Option(names = "--top-k", paramLabel = "K", defaultValue = "0", description = "Tokens kept; 0: all.")
    private int topK;

    @Option(names = "--repetition-penalty", paramLabel = "P", defaultValue = "1", description = "1: none.")
    private double repetitionPenalty;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "42", description = "Of the draws.")
    private long seed;

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            defaultValue = "auto",
            converter = DataTypes.Computing.class,
            description = "auto (the base's, where it pays), float32 or bfloat16.")
    private DataTypes.Choice dtype;

    @Option(names = "--json", description = "One JSON object a prompt.")
    private boolean json;

    @Mixin
    private EngineArguments engine;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (maxNewTokens <= 0) {
            throw new FiligreeException(
                    Code.CONFIGURATION, "max-new-tokens is %d, wanted a positive number".formatted(maxNewTokens));
        }
        var sampling = new Sampling(temperature, topP, topK, repetitionPenalty, seed);
        var files = HadoopSettings.files();
        var given = new ArrayList<>(prompts);
        if (promptsFile != null) {
            given.addAll(Prompts.read(files, promptsFile));
        }
        var out = spec.commandLine().getOut();
        try (var served = ServedBase.open(files, base, engine.options(dtype.type()));
                var text = ServedText.open(files, served.folder(), adapters, chat)) {
            var voices = Answers.voices(served, adapters);
            var positions = served.spec().maxPositions();
            var generator = new Generator(served.session(), sampling, text.ends(), positions);
            var answers = new Answers(served, text, generator, voices, maxNewTokens);
            answer(answers, given, out);
        }
        return 0;
    }

    private void answer(Answers answers, List<String> given, PrintWriter out) throws IOException {
        var page = new AnswerPage(out, json, !adapters.isEmpty());
        if (!given.isEmpty()) {
            // All of them first: a prompt that is too long is told before another is answered.
            var encoded = new ArrayList<int[]>();
            for (var prompt : given) {
                encoded.add(answers.encode(prompt));
            }
            for (var i = 0; i < given.size(); i++) {
                answers.answer(given.get(i), encoded.get(i), page);
            }
            return;
        }
        var count = 0;
        var in = Prompts.reader(System.in);
        for (var line = in.readLine(); line != null; line = in.readLine()) {
            if (!line.isBlank()) {
                count++;
                answers.answer(line, answers.encode(line), page);
            }
        }
        if (count == 0) {
            throw new FiligreeException(
                    Code.CONFIGURATION, "no prompt: give --prompt TEXT, --prompts FILE or lines on standard input");
        }
    }
}
