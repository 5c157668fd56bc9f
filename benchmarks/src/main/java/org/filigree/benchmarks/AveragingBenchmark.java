package org.filigree.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.filigree.config.FiligreeException;
import org.filigree.config.RunConfigReader;
import org.filigree.trainer.Filigree;
import org.filigree.trainer.Progress;
import org.filigree.trainer.SparkDefaults;
import org.filigree.trainer.round.RoundLoop.Report;

/**
 * Trains one configuration in many settings, one after the other in one JVM, and appends a Markdown row for each as it
 * ends. Losses do not depend on time or on the JVM, so several may share the rows' file.
 *
 * <p>Arguments: the configuration, the rows' file, a folder for the runs, settings {@code field=value} of all runs. Standard
 * input has a line a run: its seed, then its own settings.
 */
public final class AveragingBenchmark {

    private final SparkSession spark;
    private final String configuration;
    private final List<String> common;

    private AveragingBenchmark(SparkSession spark, String configuration, List<String> common) {
        this.spark = spark;
        this.configuration = configuration;
        this.common = common;
    }

    public static void main(String[] arguments) throws IOException {
        try (var spark = SparkSession.builder()
                        .master("local[*,4]")
                        .config("spark.ui.enabled", "false")
                        .config(Map.copyOf(SparkDefaults.SETTINGS))
                        .getOrCreate();
                var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            var common = new ArrayList<>(List.of(arguments).subList(3, arguments.length));
            common.add("output=" + Files.createTempDirectory(Path.of(arguments[2]), "runs"));
            var benchmark = new AveragingBenchmark(spark, Files.readString(Path.of(arguments[0])), common);
            var count = 0;
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var row = benchmark.row("run-" + ++count, line);
                Files.writeString(
                        Path.of(arguments[1]), row + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
        }
    }

    private String row(String run, String line) {
        var words = List.of(line.split(" "));
        var seed = words.get(0);
        var settings = words.subList(1, words.size());
        var sets = Stream.of(common, List.of("run=" + run, "training.seed=" + seed), settings)
                .flatMap(List::stream)
                .toList();
        var config = RunConfigReader.read(configuration, configuration, sets, System.getenv());
        var reports = new ArrayList<Report>();
        var after = "";
        try {
            var outcome = Filigree.train(spark, config, new Progress() {
                @Override
                public void round(Report report, double seconds) {
                    reports.add(report);
                }
            });
            after = String.format(Locale.ROOT, "%.4f", outcome.heldOutAfter());
        } catch (FiligreeException e) {
            if (e.code() != FiligreeException.Code.DIVERGED) {
                throw e;
            }
            after = "diverged";
        }
        var traffic =
                reports.stream().map(Report::traffic).filter(Objects::nonNull).toList();
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %d | %.0f | %.0f | %.2g |",
                seed,
                String.join(" ", settings),
                after,
                reports.size(),
                traffic.stream().mapToLong(t -> t.down()).average().orElse(Double.NaN),
                traffic.stream().mapToLong(t -> t.up()).average().orElse(Double.NaN),
                reports.stream().mapToDouble(Report::drift).average().orElse(Double.NaN));
    }
}
