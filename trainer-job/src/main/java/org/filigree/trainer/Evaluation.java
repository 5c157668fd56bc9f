package org.filigree.trainer;

import java.io.IOException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.filigree.config.RunConfig;
import org.filigree.dataprep.files.HadoopFiles;
import org.filigree.format.PeftAdapter;
import org.filigree.trainer.input.RunRounds;
import org.filigree.trainer.input.RunSetup;
import org.filigree.trainer.round.RoundLoop;
import org.filigree.trainer.round.WorkerInput.Side;

/**
 * How well the base, or base and adapter, tell a corpus: mean token loss, its perplexity, and the share of tokens that
 * were the most likely.
 *
 * @param rows {@code held_out} or {@code train}
 * @param adapter the folder scored, or null for the base alone
 */
public record Evaluation(
        String adapter, String rows, int count, long tokens, double loss, double perplexity, double accuracy) {

    static Evaluation of(SparkSession spark, RunConfig config, String adapter, boolean training) throws IOException {
        var run = withAdapter(spark, config, adapter);
        var setup = RunSetup.of(spark, run);
        var heldOut = !training && setup.heldOutLengths().length > 0;
        var lengths = heldOut ? setup.heldOutLengths() : setup.lengths();
        try (var rounds = new RunRounds(JavaSparkContext.fromSparkContext(spark.sparkContext()), run, setup)) {
            var score = rounds.loop().score(setup.start(), heldOut ? Side.HELD_OUT : Side.TRAIN, lengths);
            return of(adapter, heldOut, lengths.length, score);
        }
    }

    private static Evaluation of(String adapter, boolean heldOut, int rows, RoundLoop.Score score) {
        return new Evaluation(
                adapter,
                heldOut ? "held_out" : "train",
                rows,
                score.tokens(),
                score.loss(),
                Math.exp(score.loss()),
                score.accuracy());
    }

    /** The run started from that adapter; from a new one, which changes nothing, for the base alone. */
    private static RunConfig withAdapter(SparkSession spark, RunConfig config, String folder) throws IOException {
        var own = config.adapter();
        var files = new HadoopFiles(spark.sparkContext().hadoopConfiguration());
        var adapter = folder == null
                ? new RunConfig.Adapter(own.name(), own.method(), own.lora(), null)
                : new RunConfig.Adapter(
                        own.name(),
                        RunConfig.Method.LORA,
                        PeftAdapter.open(files, folder).config(),
                        folder);
        return config.withAdapter(adapter);
    }
}
