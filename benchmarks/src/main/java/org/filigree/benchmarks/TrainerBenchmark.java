package org.filigree.benchmarks;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Locale;
import org.filigree.model.DataType;

/**
 * What Spark costs: the same steps on the bare engine and by the trainer on local Spark with one worker, in turn in one
 * JVM. With gradients a round is one step and AdamW runs on the driver; with parameters a round is eight steps.
 *
 * <p>Arguments: engine, float32 or bfloat16, threads, gradients or parameters, rows a step, steps a turn, turns. Prints a
 * row of Markdown.
 */
public final class TrainerBenchmark {

    private TrainerBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        var type = DataType.valueOf(arguments[1].toUpperCase(Locale.ROOT));
        var exchange = arguments[3];
        var rows = Integer.parseInt(arguments[4]);
        var steps = Integer.parseInt(arguments[5]);
        var run = new SyntheticRun(
                arguments[0],
                type,
                Integer.parseInt(arguments[2]),
                rows,
                Files.createTempDirectory("filigree-benchmark"));
        run.write();
        var bare = new ArrayList<Double>();
        var trained = new ArrayList<Double>();
        try (var spark = SyntheticRun.spark(1)) {
            for (var turn = 0; turn < Integer.parseInt(arguments[6]); turn++) {
                bare.add(Medians.of(run.bare(1, steps)));
                trained.add(Medians.of(run.trained(spark, "turn-" + turn, exchange, 1, steps)));
            }
        }
        var each = exchange.equals("gradients") ? 1 : SyntheticRun.LOCAL_STEPS;
        System.out.printf(
                Locale.ROOT,
                "| %s | %d | %.2f | %.1f | %.1f | %.1f | %.1f%% |%n",
                exchange.equals("gradients") ? exchange : exchange + ", " + each + " steps",
                rows,
                each * Medians.of(bare),
                Medians.of(bare) * 1e3,
                Medians.of(trained) * 1e3,
                each * (Medians.of(trained) - Medians.of(bare)) * 1e3,
                100 * (1 - Medians.of(bare) / Medians.of(trained)));
    }
}
