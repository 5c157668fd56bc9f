package org.filigree.trainer.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.filigree.trainer.Evaluation;
import org.filigree.trainer.Filigree;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code filigree evaluate CONF} */
@Command(
        name = "evaluate",
        mixinStandardHelpOptions = true,
        description = "Loss, perplexity and token accuracy of the base, and of adapters, on a run's held-out rows.")
final class EvaluateCommand implements Callable<Integer> {

    @Mixin
    private ConfigOptions configuration;

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description = "A PEFT folder to score; may be given several times.")
    private List<String> adapters = List.of();

    @Option(names = "--training-rows", description = "Score the rows that are trained instead of those held out.")
    private boolean training;

    @Option(names = "--json", description = "Print one JSON object for each.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        var config = configuration.read();
        var out = spec.commandLine().getOut();
        try (var spark = SparkSessions.open(
                "evaluate " + config.run(), config.averaging().workers())) {
            adapters.forEach(adapter -> Filigree.requireAdapter(spark, config, adapter));
            var scored = new ArrayList<String>();
            scored.add(null);
            scored.addAll(adapters);
            for (var adapter : scored) {
                print(out, Filigree.evaluate(spark, config, adapter, training));
            }
        }
        return 0;
    }

    private void print(PrintWriter out, Evaluation evaluation) throws java.io.IOException {
        if (json) {
            out.println(new ObjectMapper().writeValueAsString(evaluation));
        } else {
            out.printf(
                    Locale.ROOT,
                    "%s: loss %.4f, perplexity %.3f, accuracy %.2f%% over %,d tokens of %,d rows (%s)%n",
                    evaluation.adapter() == null ? "base" : evaluation.adapter(),
                    evaluation.loss(),
                    evaluation.perplexity(),
                    100 * evaluation.accuracy(),
                    evaluation.tokens(),
                    evaluation.count(),
                    evaluation.rows());
        }
        out.flush();
    }
}
