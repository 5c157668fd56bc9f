package org.filigree.trainer.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.filigree.cluster.StandaloneCluster;
import org.filigree.config.FiligreeException;
import org.filigree.trainer.Filigree;
import org.filigree.trainer.ReferenceRuns;
import org.filigree.trainer.SparkOnCluster;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster whose machine says that it has two GPUs, in a build that computes on none. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(200)
class GpuOnClusterTest {

    private static final int TASKS = 4;
    private static final int DEADLINE_SECONDS = 60;

    private ReferenceRuns runs;

    @AutoClose
    private SparkOnCluster twoGpus;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        runs = ReferenceRuns.in(folder, "training.max_steps=1");
        var script = Files.writeString(folder.resolve("gpus.sh"), """
                #!/bin/sh
                echo '{"name": "gpu", "addresses": ["0", "1"]}'
                """);
        assertThat(script.toFile().setExecutable(true)).isTrue();
        var cluster = StandaloneCluster.start(0, TASKS);
        cluster.addWorker(
                Map.of(),
                Map.of(
                        "spark.worker.resource.gpu.amount",
                        "2",
                        "spark.worker.resource.gpu.discoveryScript",
                        script.toString()));
        twoGpus = SparkOnCluster.of(
                cluster, Map.of("spark.executor.resource.gpu.amount", "2", "spark.task.resource.gpu.amount", "0.5"));
    }

    @Test
    void tasksAtTheSameTimeShareTheGpusOfTheirExecutorByHalves() throws IOException {
        var met = Files.createDirectory(runs.folder().resolve("met")).toString();
        var devices = twoGpus.context()
                .parallelize(List.of(0, 1, 2, 3), TASKS)
                .map(task -> deviceOnceAllRun(met, task))
                .collect();
        assertThat(devices).containsExactlyInAnyOrder("cuda:0", "cuda:0", "cuda:1", "cuda:1");
    }

    private static String deviceOnceAllRun(String met, int task) throws Exception {
        Files.createFile(Path.of(met, Integer.toString(task)));
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (Path.of(met).toFile().list().length < TASKS) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("the other tasks did not start");
            }
            Thread.onSpinWait();
        }
        return AssignedDevice.ofTask("auto");
    }

    @Test
    void anEngineThatCannotUseTheAssignedGpuSaysWhatIsMissing() {
        assertThatThrownBy(() -> Filigree.train(twoGpus.spark(), runs.config("auto")))
                .isInstanceOfSatisfying(
                        FiligreeException.class,
                        e -> assertThat(e.code()).isEqualTo(FiligreeException.Code.CONFIGURATION))
                .hasMessageMatching("device cuda:[01]: no GPU that libtorch can use .*libtorch-cuda.*");
        assertThat(runs.folder().resolve("auto"))
                .isDirectoryContaining("glob:**outcome.json")
                .isDirectoryNotContaining("glob:**run.yaml");
    }

    @Test
    void tokenisingHoldsNoGpuAndTrainingDoes() throws Exception {
        var config = runs.config(
                "prepared",
                "engine.device=cpu",
                "data.deduplicate=true",
                "data.shards=" + runs.folder().resolve("shards-prepared"));
        assertThat(gpusOfStages(() -> Filigree.prepare(twoGpus.spark(), config)))
                .hasSizeGreaterThan(3)
                .containsOnly(false);
        assertThat(gpusOfStages(() -> Filigree.train(twoGpus.spark(), config)))
                .isNotEmpty()
                .containsOnly(true);
    }

    /** Of every stage that the work runs: whether its tasks are assigned GPUs. */
    private List<Boolean> gpusOfStages(Runnable work) throws Exception {
        var gpus = new CopyOnWriteArrayList<Boolean>();
        var context = twoGpus.spark().sparkContext();
        var listener = new SparkListener() {
            @Override
            public void onStageCompleted(SparkListenerStageCompleted stage) {
                var profile = context.resourceProfileManager()
                        .resourceProfileFromId(stage.stageInfo().resourceProfileId());
                gpus.add(profile.taskResources().contains("gpu"));
            }
        };
        context.addSparkListener(listener);
        work.run();
        context.listenerBus().waitUntilEmpty();
        context.removeSparkListener(listener);
        return gpus;
    }
}
