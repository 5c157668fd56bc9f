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
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.sql.SparkSession;
import org.filigree.cluster.StandaloneCluster;
import org.filigree.config.FiligreeException;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfigReader;
import org.filigree.engine.kit.ReferenceCase;
import org.filigree.trainer.Filigree;
import org.junit.jupiter.api.AfterAll;
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

    private Path folder;
    private StandaloneCluster cluster;
    private SparkSession spark;

    @BeforeAll
    void start(@TempDir Path temporary) throws Exception {
        folder = temporary;
        new ReferenceCase("llama", folder.resolve("llama"));
        var script = Files.writeString(folder.resolve("gpus.sh"), """
                #!/bin/sh
                echo '{"name": "gpu", "addresses": ["0", "1"]}'
                """);
        assertThat(script.toFile().setExecutable(true)).isTrue();
        cluster = StandaloneCluster.start(0, TASKS);
        cluster.addWorker(
                Map.of(),
                Map.of(
                        "spark.worker.resource.gpu.amount",
                        "2",
                        "spark.worker.resource.gpu.discoveryScript",
                        script.toString()));
        spark = SparkSession.builder()
                .config(cluster.sparkConf()
                        .set("spark.executor.resource.gpu.amount", "2")
                        .set("spark.task.resource.gpu.amount", "0.5"))
                .getOrCreate();
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
    void tasksAtTheSameTimeShareTheGpusOfTheirExecutorByHalves() throws IOException {
        var met = Files.createDirectory(folder.resolve("met")).toString();
        var devices = JavaSparkContext.fromSparkContext(spark.sparkContext())
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
        assertThatThrownBy(() -> Filigree.train(spark, config("auto", "auto")))
                .isInstanceOfSatisfying(
                        FiligreeException.class,
                        e -> assertThat(e.code()).isEqualTo(FiligreeException.Code.CONFIGURATION))
                .hasMessageMatching("device cuda:[01]: no GPU that libtorch can use .*libtorch-cuda.*");
        assertThat(folder.resolve("runs/auto"))
                .isDirectoryContaining("glob:**outcome.json")
                .isDirectoryNotContaining("glob:**run.yaml");
    }

    @Test
    void tokenisingHoldsNoGpuAndTrainingDoes() throws Exception {
        var config = config("prepared", "cpu");
        assertThat(gpusOfStages(() -> Filigree.prepare(spark, config)))
                .hasSizeGreaterThan(3)
                .containsOnly(false);
        assertThat(gpusOfStages(() -> Filigree.train(spark, config)))
                .isNotEmpty()
                .containsOnly(true);
    }

    /** Of every stage that the work runs: whether its tasks are assigned GPUs. */
    private List<Boolean> gpusOfStages(Runnable work) throws Exception {
        var gpus = new CopyOnWriteArrayList<Boolean>();
        var context = spark.sparkContext();
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

    private RunConfig config(String run, String device) {
        return RunConfigReader.read(
                "test",
                """
                run: %s
                output: %s
                base: {path: %s, name: reference/llama}
                engine: {threads: 1, device: %s}
                data: {train: [{path: %s, shape: tokens}], packing: false, deduplicate: true, shards: %s}
                adapter: {r: 4, lora_alpha: 8, target_modules: all-linear}
                training: {max_steps: 1, global_batch_size: 4, micro_batch_size: 2, learning_rate: 1.0e-3}
                averaging: {workers: 2, exchange: gradients}
                """.formatted(
                                run,
                                folder.resolve("runs"),
                                folder.resolve("llama"),
                                device,
                                folder.resolve("llama/rows.jsonl"),
                                folder.resolve("shards-" + run)),
                List.of(),
                Map.of());
    }
}
