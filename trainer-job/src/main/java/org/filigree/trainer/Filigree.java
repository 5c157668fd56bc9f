package org.filigree.trainer;

import java.io.IOException;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.filigree.config.FiligreeException;
import org.filigree.config.RunConfig;
import org.filigree.dataprep.CorpusPrep;
import org.filigree.dataprep.files.HadoopFiles;
import org.filigree.format.PeftAdapter;
import org.filigree.trainer.forecast.RunForecast;
import org.filigree.trainer.input.Forecasts;
import org.filigree.trainer.input.RunSetup;
import org.filigree.trainer.input.StartingAdapter;
import org.filigree.trainer.run.Failures;
import org.filigree.trainer.run.Outcome;
import org.filigree.trainer.run.RunFolder;
import org.filigree.trainer.telemetry.RunTelemetry;

/**
 * Filigree as a library. It works in the caller's session and leaves the session's settings as they were.
 *
 * <pre>{@code
 * var config = RunConfigReader.read("support.yaml", yaml, List.of(), System.getenv());
 * var outcome = Filigree.train(spark, config);
 * }</pre>
 */
public final class Filigree {

    private Filigree() {}

    /**
     * Trains the run's adapter and publishes it, or goes on with the run where it was left; a finished run is left alone.
     *
     * @throws FiligreeException in one line, with the code that the process would exit with
     */
    public static Outcome train(SparkSession spark, RunConfig config) {
        return train(spark, config, Progress.NONE);
    }

    /** The same, telling {@code progress} how it goes. */
    public static Outcome train(SparkSession spark, RunConfig config, Progress progress) {
        return train(spark, config, progress, System.getenv());
    }

    static Outcome train(SparkSession spark, RunConfig config, Progress progress, Map<String, String> environment) {
        return explained(config, () -> {
            try (var telemetry = new RunTelemetry(
                    spark.sparkContext(), config.run(), config.adapter().name())) {
                var files = new HadoopFiles(spark.sparkContext().hadoopConfiguration());
                var run = StartingAdapter.resolved(files, config);
                // Executors read there what is to be published, and have working directories of their own.
                var folder = new RunFolder(files, files.absolute(run.output()), run.run());
                return new TrainingRun(folder, run, progress, telemetry, System::nanoTime)
                        .run(() -> PreparedOnSpark.of(spark, folder, run, progress, telemetry, environment));
            }
        });
    }

    /** Prepares the run's token shards, or finds them as an earlier call left them. */
    public static CorpusPrep.Result prepare(SparkSession spark, RunConfig config) {
        return explained(config, () -> new CorpusPrep(spark).prepare(config));
    }

    /**
     * What a run will take and move, on the cluster as it is. Prepares the corpus where it is not prepared yet, since its
     * rows decide; trains and publishes nothing.
     */
    public static RunForecast forecast(SparkSession spark, RunConfig config) {
        return explained(config, () -> {
            var run = StartingAdapter.resolved(
                    new HadoopFiles(spark.sparkContext().hadoopConfiguration()), config);
            return Forecasts.of(JavaSparkContext.fromSparkContext(spark.sparkContext()), run, RunSetup.of(spark, run));
        });
    }

    /**
     * Scores a corpus: the run's held-out rows, or its training rows where it holds none back.
     *
     * @param adapter a PEFT folder, or null for the base alone
     * @param training score the training rows all the same
     */
    public static Evaluation evaluate(SparkSession spark, RunConfig config, String adapter, boolean training) {
        return explained(startedFrom(config, adapter), () -> Evaluation.of(spark, config, adapter, training));
    }

    /** Reads an adapter's configuration, so that a folder that holds none is told before anything is scored. */
    public static void requireAdapter(SparkSession spark, RunConfig config, String adapter) {
        var files = new HadoopFiles(spark.sparkContext().hadoopConfiguration());
        explained(startedFrom(config, adapter), () -> PeftAdapter.open(files, adapter));
    }

    private static RunConfig startedFrom(RunConfig config, String adapter) {
        var own = config.adapter();
        return adapter == null
                ? config
                : config.withAdapter(new RunConfig.Adapter(own.name(), own.method(), own.lora(), adapter));
    }

    private interface Work<T> {
        T run() throws IOException;
    }

    private static <T> T explained(RunConfig config, Work<T> work) {
        try {
            return work.run();
        } catch (Exception e) {
            // Spark throws checked exceptions that its Scala methods do not declare.
            throw Failures.explained(e, config);
        }
    }
}
