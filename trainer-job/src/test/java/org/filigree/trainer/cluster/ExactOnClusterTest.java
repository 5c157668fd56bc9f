package org.filigree.trainer.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.filigree.cluster.StandaloneCluster;
import org.filigree.config.FiligreeException;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfigReader;
import org.filigree.engine.kit.ReferenceCase;
import org.filigree.trainer.Filigree;
import org.filigree.trainer.Progress;
import org.filigree.trainer.faults.StopsAfter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of two machines, one of which multiplies with another BLAS kernel. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(200)
class ExactOnClusterTest {

    /** Every x86-64 with AVX runs it, and none of those with AVX2 would choose it. */
    private static final String OTHER_KERNEL = "SANDYBRIDGE";

    private static final String DIFFERENCE = "blas: OpenBLAS [^;]+ and OpenBLAS \\S+ ";

    private Path folder;
    private StandaloneCluster cluster;
    private SparkSession spark;

    @BeforeAll
    void startedOnOneMachineThenMixed(@TempDir Path temporary) throws Exception {
        folder = temporary;
        new ReferenceCase("llama", folder.resolve("llama"));
        try (var local = SparkSession.builder()
                .master("local[2,4]")
                .config("spark.ui.enabled", "false")
                .getOrCreate()) {
            for (var run : List.of("required-later", "reported-later")) {
                assertThatThrownBy(() -> Filigree.train(local, config(run, "reported"), new StopsAfter(2)))
                        .hasMessageContaining("stopped after round 2");
            }
            Filigree.train(local, config("alone", "required"));
        }
        cluster = StandaloneCluster.start(1, 1);
        cluster.addWorker(Map.of("OPENBLAS_CORETYPE", OTHER_KERNEL), Map.of());
        spark = SparkSession.builder().config(cluster.sparkConf()).getOrCreate();
    }

    @AfterAll
    void stop() {
        if (spark != null) {
            spark.stop();
        }
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void oneMachineIsExactAndItsFingerprintIsInOutcomeAndCheckpoint() throws IOException {
        var outcome = json("alone/outcome.json");
        assertThat(outcome.path("exact").asBoolean()).isTrue();
        assertThat(outcome.path("machines"))
                .singleElement()
                .satisfies(machine -> assertThat(machine.fieldNames())
                        .toIterable()
                        .contains(
                                "engine", "device", "cpu", "instructions", "blas", "threads", "type", "flags", "bits"));
        assertThat(outcome.path("machines").get(0).path("blas").asText()).doesNotContain("unknown", OTHER_KERNEL);
        assertThat(json("alone/checkpoints/00000004-1/manifest.json").path("machines"))
                .isEqualTo(outcome.path("machines"));
    }

    @Test
    void whereExactIsRequiredMachinesThatDifferAreRefusedBeforeThereIsARun() {
        assertThatThrownBy(() -> Filigree.train(spark, config("refused", "required")))
                .isInstanceOfSatisfying(
                        FiligreeException.class,
                        e -> assertThat(e.code()).isEqualTo(FiligreeException.Code.CONFIGURATION))
                .hasMessageStartingWith("engine.exact: required, but ")
                .hasMessageContaining(OTHER_KERNEL)
                .hasMessageContaining("bits: ")
                .hasMessageNotContaining("threads");
        assertThat(folder.resolve("runs/refused"))
                .isDirectoryContaining("glob:**outcome.json")
                .isDirectoryNotContaining("glob:**run.yaml");
    }

    @Test
    void elseTheRunIsMarkedAndSaysSoOnce() throws IOException {
        var told = new ArrayList<String>();
        var outcome = Filigree.train(spark, config("mixed", "reported"), new Progress() {
            @Override
            public void inexact(String reason) {
                told.add(reason);
            }
        });
        assertThat(outcome.exact()).isFalse();
        assertThat(outcome.machines()).hasSize(2);
        assertThat(told).singleElement().asString().contains(OTHER_KERNEL).containsPattern(DIFFERENCE);
        assertThat(json("mixed/outcome.json").path("exact").asBoolean(true)).isFalse();
        assertThat(Files.readAllLines(folder.resolve("runs/mixed/events.jsonl")))
                .filteredOn(event -> event.startsWith("{\"event\":\"inexact\""))
                .hasSize(1);
        assertThat(Files.readString(folder.resolve("runs/mixed/report.html"))).contains("no: ", OTHER_KERNEL);
    }

    @Test
    void aRunThatGoesOnOnAnotherMachineIsRefusedOrMarked() throws IOException {
        assertThatThrownBy(() -> Filigree.train(spark, config("required-later", "required")))
                .isInstanceOf(FiligreeException.class)
                .hasMessageContaining(OTHER_KERNEL);
        var outcome = Filigree.train(spark, config("reported-later", "reported"));
        assertThat(outcome.exact()).isFalse();
        assertThat(outcome.machines().get(0))
                .isEqualTo(new ObjectMapper()
                        .convertValue(
                                json("alone/outcome.json").path("machines").get(0), Map.class));
    }

    private JsonNode json(String path) throws IOException {
        return new ObjectMapper().readTree(folder.resolve("runs/" + path).toFile());
    }

    private RunConfig config(String run, String exact) {
        return RunConfigReader.read(
                "test",
                """
                run: %s
                output: %s
                base: {path: %s, name: reference/llama}
                engine: {threads: 1, exact: %s}
                data: {train: [{path: %s, shape: tokens}], packing: false}
                adapter: {name: tuned, r: 4, lora_alpha: 8, target_modules: all-linear}
                training: {max_steps: 4, global_batch_size: 4, micro_batch_size: 2, learning_rate: 1.0e-2}
                averaging: {workers: 2, exchange: gradients}
                checkpoint: {every_rounds: 2}
                """.formatted(
                                run,
                                folder.resolve("runs"),
                                folder.resolve("llama"),
                                exact,
                                folder.resolve("llama/rows.jsonl")),
                List.of(),
                Map.of());
    }
}
