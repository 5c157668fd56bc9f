package org.filigree.trainer.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.sql.SparkSession;
import org.filigree.cluster.StandaloneCluster;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfigReader;
import org.filigree.engine.kit.ReferenceCase;
import org.filigree.trainer.Filigree;
import org.filigree.trainer.Progress;
import org.filigree.trainer.round.RoundLoop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers that keep their moments, on executors of their own, one of which is killed with what it held. */
class KeptMomentsClusterTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int KILLED_AFTER = 7;
    private static final int CHECKPOINT_BEFORE = 4;
    private static final int ROUNDS = 10;

    @TempDir
    private Path folder;

    @Test
    @Timeout(200)
    void anExecutorsLossMakesItsWorkersRoundsOnceMoreAndChangesNoBit() throws Exception {
        new ReferenceCase("llama", folder.resolve("llama"));
        try (var spark = SparkSession.builder()
                .master("local[2,4]")
                .config("spark.ui.enabled", "false")
                .getOrCreate()) {
            Filigree.train(spark, config("embedded"));
        }
        var killed = new AtomicInteger();
        try (var cluster = StandaloneCluster.start(2, 1);
                var spark = SparkSession.builder().config(cluster.sparkConf()).getOrCreate()) {
            Filigree.train(spark, config("cluster"), new Progress() {
                @Override
                public void round(RoundLoop.Report report, double seconds) {
                    if (report.round() == KILLED_AFTER) {
                        try {
                            killed.addAndGet(cluster.executors(0).get(0).kill() ? 1 : 0);
                        } catch (IOException | InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                }
            });
        }

        assertThat(killed).as("executors killed").hasValue(1);
        assertThat(adapter("cluster")).isEqualTo(adapter("embedded"));
        var replayed = replayed("cluster");
        assertThat(replayed).as("rounds").hasSize(ROUNDS);
        assertThat(replayed.headMap(KILLED_AFTER, true).values())
                .as("workers come back to their executors")
                .containsOnly(0);
        assertThat(replayed.get(KILLED_AFTER + 1))
                .as("rounds since the checkpoint, of the workers that lost theirs")
                .isGreaterThanOrEqualTo(KILLED_AFTER - CHECKPOINT_BEFORE);
    }

    private byte[] adapter(String run) throws IOException {
        return Files.readAllBytes(folder.resolve("runs/%s/adapters/tuned/adapter_model.safetensors".formatted(run)));
    }

    /** By round. */
    private NavigableMap<Integer, Integer> replayed(String run) throws IOException {
        var replayed = new TreeMap<Integer, Integer>();
        for (var line : Files.readAllLines(folder.resolve("runs/%s/events.jsonl".formatted(run)))) {
            var event = JSON.readTree(line);
            if (event.path("event").asText().equals("round")) {
                replayed.put(
                        event.path("round").intValue(),
                        event.path("replayed_rounds").intValue());
            }
        }
        return replayed;
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
                averaging: {workers: 2, exchange: parameters, local_steps: 2, inner_state: keep}
                checkpoint: {every_rounds: 4}
                """.formatted(run, folder.resolve("runs"), folder.resolve("llama"), folder.resolve("llama/rows.jsonl")),
                List.of(),
                Map.of());
    }
}
