package org.filigree.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.filigree.config.RunConfigReader;
import org.filigree.engine.kit.ReferenceCase;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a run tells whose rounds may go on without a worker: whoever is late decides the bits. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class QuorumRunTest {

    private static final int ROUNDS = 3;

    private Path run;

    @BeforeAll
    void train(@TempDir Path folder) throws IOException {
        new ReferenceCase("llama", folder.resolve("llama"));
        var config = RunConfigReader.read(
                "test",
                """
                run: quorum
                output: %s
                base: {path: %s, name: reference/llama}
                engine: {threads: 1}
                data: {train: [{path: %s, shape: tokens}], packing: false}
                adapter: {r: 4, lora_alpha: 8, target_modules: all-linear}
                training: {max_steps: %d, global_batch_size: 4, micro_batch_size: 2, learning_rate: 1.0e-3}
                averaging: {workers: 2, exchange: gradients, min_workers: 1, deadline_seconds: 100}
                """.formatted(folder, folder.resolve("llama"), folder.resolve("llama/rows.jsonl"), ROUNDS),
                List.of(),
                Map.of());
        try (var spark = SparkSession.builder()
                .master("local[2,4]")
                .config("spark.ui.enabled", "false")
                .getOrCreate()) {
            Filigree.train(spark, config);
        }
        run = folder.resolve("quorum");
    }

    @Test
    void itsOutcomeSaysThatItIsNotExact() throws IOException {
        assertThat(new ObjectMapper()
                        .readTree(run.resolve("outcome.json").toFile())
                        .path("exact")
                        .asBoolean(true))
                .isFalse();
    }

    @Test
    void itsReportSaysSoAndWhy() throws IOException {
        assertThat(Files.readString(run.resolve("report.html")))
                .contains("<th>exact</th><td>no: averaging.min_workers");
    }

    @Test
    void everyRoundNamesTheWorkersThatMadeIt() throws IOException {
        assertThat(Files.readAllLines(run.resolve("events.jsonl")))
                .filteredOn(event -> event.startsWith("{\"event\":\"round\""))
                .hasSize(ROUNDS)
                .extracting(event -> new ObjectMapper().readTree(event))
                .extracting(event -> event.path("members"))
                .allSatisfy(members ->
                        assertThat(members).extracting(JsonNode::asInt).containsExactly(0, 1));
    }
}
