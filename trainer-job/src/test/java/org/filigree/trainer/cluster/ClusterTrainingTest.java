package org.filigree.trainer.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.sql.SparkSession;
import org.filigree.cluster.StandaloneCluster;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfigReader;
import org.filigree.engine.kit.ReferenceCase;
import org.filigree.trainer.Filigree;
import org.filigree.trainer.Progress;
import org.filigree.trainer.round.RoundLoop;
import org.filigree.trainer.run.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The reference llama on a real cluster: a master, two workers, an executor killed with SIGKILL. */
class ClusterTrainingTest {

    private static final int KILLED_AFTER = 5;

    @TempDir
    private Path folder;

    @Test
    @Timeout(200)
    void anExecutorKilledBetweenRoundsChangesNoBit() throws Exception {
        new ReferenceCase("llama", folder.resolve("llama"));
        Outcome undisturbed;
        try (var spark = SparkSession.builder()
                .master("local[2,4]")
                .config("spark.ui.enabled", "false")
                .getOrCreate()) {
            undisturbed = Filigree.train(spark, config("embedded"));
        }
        var killed = new AtomicInteger();
        Outcome disturbed;
        try (var cluster = StandaloneCluster.start(2, 1);
                var spark = SparkSession.builder().config(cluster.sparkConf()).getOrCreate()) {
            disturbed = Filigree.train(spark, config("cluster"), new Progress() {
                @Override
                public void round(RoundLoop.Report report, double seconds) {
                    if (report.round() == KILLED_AFTER) {
                        cluster.executors(0).get(0).kill();
                        killed.incrementAndGet();
                    }
                }
            });
        }

        assertThat(killed).as("executors killed").hasValue(1);
        assertThat(adapter("cluster")).isEqualTo(adapter("embedded"));
        assertThat(disturbed.lastLoss()).isEqualTo(undisturbed.lastLoss());
        assertThat(rounds("cluster")).hasSize(20);
    }

    private byte[] adapter(String run) throws IOException {
        return Files.readAllBytes(folder.resolve("runs/%s/adapters/tuned/adapter_model.safetensors".formatted(run)));
    }

    private List<String> rounds(String run) throws IOException {
        return Files.readAllLines(folder.resolve("runs/%s/events.jsonl".formatted(run))).stream()
                .filter(event -> event.startsWith("{\"event\":\"round\""))
                .toList();
    }

    private RunConfig config(String run) {
        return RunConfigReader.read(
                "test",
                """
                run: %s
                output: %s
                base: {path: %s, name: reference/llama}
                engine: {threads: 1}
                data: {train: [{path: %s, shape: tokens}], packing: false}
                adapter: {name: tuned, r: 4, lora_alpha: 8, lora_dropout: 0.1, target_modules: all-linear}
                training: {max_steps: 20, global_batch_size: 4, micro_batch_size: 2, learning_rate: 1.0e-2}
                averaging: {workers: 2, exchange: gradients}
                checkpoint: {every_rounds: 4}
                """.formatted(run, folder.resolve("runs"), folder.resolve("llama"), folder.resolve("llama/rows.jsonl")),
                List.of(),
                Map.of());
    }
}
