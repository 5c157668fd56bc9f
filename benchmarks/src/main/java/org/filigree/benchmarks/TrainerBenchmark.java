package org.filigree.benchmarks;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Locale;
import org.filigree.model.DataType;

/**
 * What Spark costs: rounds by the trainer on local Spark with one worker, and after each the same steps on the bare engine
 * in the same JVM, so that both meet the same machine. With gradients a round is one step and AdamW runs on the driver; with
 * parameters a round is eight steps. What a round costs beyond its steps is the median over pairs.
 *
 * <p>The first rounds do not count: a round's own code runs once a round, and is compiled, on the cores of the steps, over
 * the first fifty or so.
 *
 * <p>Arguments: engine, float32 or bfloat16, threads, gradients or parameters, rows a step, rounds, rounds before them that
 * do not count. Prints a row of Markdown.
 */
public final class TrainerBenchmark {

    private TrainerBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        var exchange = arguments[3];
        var rows = Integer.parseInt(arguments[4]);
        var rounds = Integer.parseInt(arguments[5]);
        var warmUp = Integer.parseInt(arguments[6]);
        var run = new SyntheticRun(
                arguments[0],
                DataType.valueOf(arguments[1].toUpperCase(Locale.ROOT)),
                Integer.parseInt(arguments[2]),
                rows,
                Files.createTempDirectory("filigree-benchmark"));
        run.write();
        var each = exchange.equals("gradients") ? 1 : SyntheticRun.LOCAL_STEPS;
        var bare = new ArrayList<Double>();
        var own = new ArrayList<Double>();
        try (var spark = SyntheticRun.spark(1);
                var base = run.open();
                var session = run.session(base)) {
            run.train(spark, "trained", exchange, 1, (warmUp + rounds) * each, (report, seconds) -> {
                var alone = session.seconds(each);
                if (report.round() > warmUp) {
                    bare.add(alone);
                    own.add(seconds - alone);
                }
            });
        }
        System.out.printf(
                Locale.ROOT,
                "| %s | %d | %.2f | %.1f | %.1f to %.1f | %.1f%% |%n",
                each == 1 ? exchange : exchange + ", " + each + " steps",
                rows,
                Medians.of(bare),
                1e3 * Medians.of(own),
                1e3 * Medians.quantile(own, 0.25),
                1e3 * Medians.quantile(own, 0.75),
                100 * Medians.of(own) / (Medians.of(bare) + Medians.of(own)));
    }
}
