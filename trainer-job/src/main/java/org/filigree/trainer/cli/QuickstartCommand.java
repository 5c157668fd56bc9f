package org.filigree.trainer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.JavaSparkContext;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfigReader;
import org.filigree.format.FileTree;
import org.filigree.generate.Generator;
import org.filigree.generate.Sampling;
import org.filigree.quickstart.Material;
import org.filigree.trainer.Filigree;
import org.filigree.trainer.input.TaskThreads;
import org.filigree.trainer.run.Outcome;
import org.filigree.trainer.run.RunFolder;
import org.filigree.trainer.serve.EngineOptions;
import org.filigree.trainer.serve.ServedBase;
import org.filigree.trainer.serve.ServedText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code filigree quickstart}: two adapters on a small base of our own, and what they make of it. */
@Command(
        name = "quickstart",
        mixinStandardHelpOptions = true,
        description = "Trains two adapters on a small base, on embedded Spark with two workers, and lets them answer.")
final class QuickstartCommand implements Callable<Integer> {

    private static final int LONGEST_ANSWER = 48;

    /** An adapter's run, and what to ask base and adapter afterwards. */
    private record Lesson(String configuration, boolean chat, List<String> prompts) {}

    private static final List<Lesson> LESSONS = List.of(
            new Lesson(
                    "conf/quickstart-pirate.yaml",
                    true,
                    List.of("What does a turtle eat?", "What can I do on a sunny day?")),
            new Lesson(
                    "conf/quickstart-tickets.yaml",
                    false,
                    List.of("Ticket: I dropped my pan, and now the handle is loose.\nRoute:")));

    @Option(
            names = "--material",
            paramLabel = "DIR",
            description = "Only write what the base itself is pre-trained on (conf/quickstart-base.yaml) into DIR.")
    private Path material;

    @Spec
    private CommandSpec spec;

    /** @param threads one value a JVM, also for the answers */
    private record Trained(Lesson lesson, RunConfig config, Outcome outcome, int threads) {
        String adapter() {
            return FileTree.join(
                    FileTree.join(config.output(), config.run()),
                    outcome.published().get(0).path());
        }
    }

    @Override
    public Integer call() throws Exception {
        var out = spec.commandLine().getOut();
        if (material != null) {
            Material.writePretraining(material);
            out.println("wrote " + material + "; next: bin/filigree train conf/quickstart-base.yaml");
            return 0;
        }
        var trained = train(out);
        table(out, trained);
        for (var each : trained) {
            answers(out, each);
        }
        for (var each : trained) {
            out.printf("%nadapter  %s%n", absolute(each.adapter()));
            out.printf(
                    "report   %s%n",
                    absolute(FileTree.join(
                            FileTree.join(each.config().output(), each.config().run()), RunFolder.REPORT)));
        }
        out.flush();
        return 0;
    }

    private static List<Trained> train(PrintWriter out) throws IOException {
        var trained = new ArrayList<Trained>();
        try (var spark = SparkSessions.open("quickstart", 2)) {
            var threads = TaskThreads.of(JavaSparkContext.fromSparkContext(spark.sparkContext()));
            for (var lesson : LESSONS) {
                var yaml = Files.readString(Path.of(lesson.configuration()), StandardCharsets.UTF_8);
                var config = RunConfigReader.read(lesson.configuration(), yaml, List.of(), System.getenv());
                out.printf("%n%s%n", lesson.configuration());
                out.flush();
                var outcome = Filigree.train(spark, config, new ConsoleProgress(out, config));
                trained.add(new Trained(lesson, config, outcome, threads));
            }
        }
        return trained;
    }

    private static void table(PrintWriter out, List<Trained> trained) {
        out.printf("%n%-10s %22s %12s %26s%n", "adapter", "trainable", "on disk", "held-out loss");
        for (var each : trained) {
            var outcome = each.outcome();
            out.printf(
                    Locale.ROOT,
                    "%-10s %12s %8s %12s %26s%n",
                    each.config().run(),
                    String.format(Locale.ROOT, "%,d", outcome.trainable()),
                    String.format(Locale.ROOT, "(%.2f%%)", 100.0 * outcome.trainable() / outcome.baseParameters()),
                    ConsoleProgress.bytes(outcome.published().get(0).bytes()),
                    String.format(Locale.ROOT, "%.4f -> %.4f", outcome.heldOutBefore(), outcome.heldOutAfter()));
        }
        out.flush();
    }

    private static void answers(PrintWriter out, Trained trained) throws IOException {
        var files = HadoopSettings.files();
        var adapters = List.of(trained.adapter());
        out.printf(
                "%nThe base, and the base with the adapter '%s':%n%n",
                trained.config().run());
        var engine = new EngineOptions("auto", "auto", null, trained.threads());
        try (var served = ServedBase.open(files, trained.config().base().path(), engine);
                var text = ServedText.open(
                        files, served.folder(), adapters, trained.lesson().chat())) {
            var voices = Answers.voices(served, adapters);
            var generator = new Generator(
                    served.session(),
                    Sampling.GREEDY,
                    text.ends(),
                    served.spec().maxPositions());
            var answers = new Answers(served, text, generator, voices, LONGEST_ANSWER);
            var page = new AnswerPage(out, false, true);
            for (var prompt : trained.lesson().prompts()) {
                answers.answer(prompt, answers.encode(prompt), page);
            }
        }
    }

    private static Path absolute(String path) {
        return Path.of(path).toAbsolutePath().normalize();
    }
}
