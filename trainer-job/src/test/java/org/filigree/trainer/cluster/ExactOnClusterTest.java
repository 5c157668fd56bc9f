package org.filigree.trainer.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.filigree.cluster.StandaloneCluster;
import org.filigree.config.FiligreeException;
import org.filigree.trainer.Filigree;
import org.filigree.trainer.LocalSpark;
import org.filigree.trainer.Progress;
import org.filigree.trainer.ReferenceRuns;
import org.filigree.trainer.SparkOnCluster;
import org.filigree.trainer.faults.StopsAfter;
import org.junit.jupiter.api.AutoClose;
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

    private static final String REQUIRED = "engine.exact=required";
    private static final String DIFFERENCE = "blas: OpenBLAS [^;]+ and OpenBLAS \\S+ ";

    private ReferenceRuns runs;

    @AutoClose
    private SparkOnCluster mixed;

    @BeforeAll
    void startedOnOneMachineThenMixed(@TempDir Path folder) throws Exception {
        runs = ReferenceRuns.in(folder, "training.max_steps=4");
        try (var local = LocalSpark.session()) {
            for (var run : List.of("required-later", "reported-later")) {
                assertThatThrownBy(() -> Filigree.train(local, runs.config(run), new StopsAfter(2)))
                        .hasMessageContaining("stopped after round 2");
            }
            Filigree.train(local, runs.config("alone", REQUIRED));
        }
        var cluster = StandaloneCluster.start(1, 1);
        cluster.addWorker(Map.of("OPENBLAS_CORETYPE", OTHER_KERNEL), Map.of());
        mixed = SparkOnCluster.of(cluster, Map.of());
    }

    @Test
    void oneMachineIsExactAndItsFingerprintIsInOutcomeAndCheckpoint() throws IOException {
        var outcome = runs.json("alone", "outcome.json");
        assertThat(outcome.path("exact").asBoolean()).isTrue();
        assertThat(outcome.path("machines"))
                .singleElement()
                .satisfies(machine -> assertThat(machine.fieldNames())
                        .toIterable()
                        .contains(
                                "engine", "device", "cpu", "instructions", "blas", "threads", "type", "flags", "bits"));
        assertThat(outcome.path("machines").get(0).path("blas").asText()).doesNotContain("unknown", OTHER_KERNEL);
        assertThat(runs.json("alone", "checkpoints/00000004-1/manifest.json").path("machines"))
                .isEqualTo(outcome.path("machines"));
    }

    @Test
    void whereExactIsRequiredMachinesThatDifferAreRefusedBeforeThereIsARun() {
        assertThatThrownBy(() -> Filigree.train(mixed.spark(), runs.config("refused", REQUIRED)))
                .isInstanceOfSatisfying(
                        FiligreeException.class,
                        e -> assertThat(e.code()).isEqualTo(FiligreeException.Code.CONFIGURATION))
                .hasMessageStartingWith("engine.exact: required, but ")
                .hasMessageContaining(OTHER_KERNEL)
                .hasMessageContaining("bits: ")
                .hasMessageNotContaining("threads");
        assertThat(runs.folder().resolve("refused"))
                .isDirectoryContaining("glob:**outcome.json")
                .isDirectoryNotContaining("glob:**run.yaml");
    }

    @Test
    void elseTheRunIsMarkedAndSaysSoOnce() throws IOException {
        var told = new ArrayList<String>();
        var outcome = Filigree.train(mixed.spark(), runs.config("mixed"), new Progress() {
            @Override
            public void inexact(String reason) {
                told.add(reason);
            }
        });
        assertThat(outcome.exact()).isFalse();
        assertThat(outcome.machines()).hasSize(2);
        assertThat(told).singleElement().asString().contains(OTHER_KERNEL).containsPattern(DIFFERENCE);
        assertThat(runs.json("mixed", "outcome.json").path("exact").asBoolean(true))
                .isFalse();
        assertThat(runs.events("mixed", "inexact")).hasSize(1);
        assertThat(Files.readString(runs.file("mixed", "report.html"))).contains("no: ", OTHER_KERNEL);
    }

    @Test
    void aRunThatGoesOnOnAnotherMachineIsRefusedOrMarked() throws IOException {
        assertThatThrownBy(() -> Filigree.train(mixed.spark(), runs.config("required-later", REQUIRED)))
                .isInstanceOf(FiligreeException.class)
                .hasMessageContaining(OTHER_KERNEL);
        var outcome = Filigree.train(mixed.spark(), runs.config("reported-later"));
        assertThat(outcome.exact()).isFalse();
        assertThat(outcome.machines().get(0))
                .isEqualTo(new ObjectMapper()
                        .convertValue(
                                runs.json("alone", "outcome.json")
                                        .path("machines")
                                        .get(0),
                                Map.class));
    }
}
