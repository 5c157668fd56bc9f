package org.filigree.benchmarks;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.filigree.model.DataType;

/**
 * Two workers against one, a thread each, and the bare engine in two sessions against one: what is lost there is lost to
 * memory and caches, not to Spark. The four take turns in one JVM.
 *
 * <p>Arguments: engine, float32 or bfloat16, rows a step and worker, steps a turn, turns. Prints rows of Markdown.
 */
public final class WorkersBenchmark {

    private WorkersBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        var run = new SyntheticRun(
                arguments[0],
                DataType.valueOf(arguments[1].toUpperCase(Locale.ROOT)),
                1,
                Integer.parseInt(arguments[2]),
                Files.createTempDirectory("filigree-benchmark"));
        run.write();
        var steps = Integer.parseInt(arguments[3]);
        var bare = List.of(new ArrayList<Double>(), new ArrayList<Double>());
        var trained = List.of(new ArrayList<Double>(), new ArrayList<Double>());
        try (var spark = SyntheticRun.spark(2)) {
            for (var turn = 0; turn < Integer.parseInt(arguments[4]); turn++) {
                for (var workers = 1; workers <= 2; workers++) {
                    bare.get(workers - 1).add(Medians.of(run.bare(workers, steps)));
                    var name = "turn-%d-%d".formatted(turn, workers);
                    trained.get(workers - 1).add(Medians.of(run.trained(spark, name, "parameters", workers, steps)));
                }
            }
        }
        print("trainer, parameters, 8 local steps", run, trained);
        print("bare engine, sessions of one base", run, bare);
    }

    private static void print(String side, SyntheticRun run, List<? extends List<Double>> seconds) {
        var one = run.tokensPerSecond(1, Medians.of(seconds.get(0)));
        var two = run.tokensPerSecond(2, Medians.of(seconds.get(1)));
        System.out.printf(Locale.ROOT, "| %s | %.0f | %.0f | %.2f |%n", side, one, two, two / one);
    }
}
