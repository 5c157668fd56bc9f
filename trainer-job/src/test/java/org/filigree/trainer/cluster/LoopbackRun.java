package org.filigree.trainer.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.filigree.cluster.StandaloneCluster;
import org.filigree.config.RunConfigReader;
import org.filigree.engine.kit.ReferenceCase;
import org.filigree.trainer.Filigree;
import org.filigree.trainer.Progress;
import org.filigree.trainer.SparkDefaults;
import org.filigree.trainer.round.RoundLoop;

/**
 * A run on a cluster of two workers, alone in a network namespace of its own: what its loopback interface counts, the run
 * has sent. Writes a line a round, the bytes counted when the round was over.
 */
final class LoopbackRun {

    static final String COUNTED = "counted";
    static final String RUN = "run";

    private LoopbackRun() {}

    public static void main(String[] arguments) throws Exception {
        var folder = Path.of(arguments[0]);
        new ReferenceCase("llama", folder.resolve("llama"));
        var counted = new ArrayList<String>();
        try (var cluster = StandaloneCluster.start(2, 1);
                var spark = SparkSession.builder()
                        .config(cluster.sparkConf())
                        .config(Map.copyOf(SparkDefaults.SETTINGS))
                        .getOrCreate()) {
            var config = RunConfigReader.read(
                    "test",
                    """
                    run: %s
                    output: %s
                    base: {path: %s, name: reference/llama}
                    engine: {threads: 1}
                    data: {train: [{path: %s, shape: tokens}], packing: false}
                    adapter: {r: 256, lora_alpha: 8, target_modules: all-linear}
                    training: {max_steps: 12, global_batch_size: 4, micro_batch_size: 2, learning_rate: 1.0e-3}
                    averaging: {workers: 2, exchange: parameters, local_steps: 2, inner_state: reset}
                    checkpoint: {every_rounds: 100}
                    """.formatted(RUN, folder, folder.resolve("llama"), folder.resolve("llama/rows.jsonl")),
                    List.of(),
                    Map.of());
            Filigree.train(spark, config, new Progress() {
                @Override
                public void round(RoundLoop.Report report, double seconds) {
                    counted.add(Long.toString(received()));
                }
            });
        }
        Files.write(folder.resolve(COUNTED), counted);
    }

    /** Bytes that the loopback interface of this namespace has received, which is what it has sent. */
    private static long received() {
        try {
            return Files.readAllLines(Path.of("/proc/self/net/dev")).stream()
                    .map(String::strip)
                    .filter(line -> line.startsWith("lo:"))
                    .mapToLong(line -> Long.parseLong(line.substring(3).strip().split("\\s+", 2)[0]))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
