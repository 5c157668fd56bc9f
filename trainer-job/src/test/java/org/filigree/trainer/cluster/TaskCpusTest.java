package org.filigree.trainer.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;
import org.filigree.cluster.StandaloneCluster;
import org.filigree.config.RunConfigReader;
import org.filigree.engine.Engines;
import org.filigree.engine.kit.ReferenceCase;
import org.filigree.model.DataType;
import org.filigree.trainer.Filigree;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An executor whose tasks have two cpus, and {@code engine.threads: auto}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(200)
class TaskCpusTest {

    private static final int CPUS = 2;

    private Path folder;
    private StandaloneCluster cluster;
    private SparkSession spark;

    @BeforeAll
    void start(@TempDir Path temporary) throws Exception {
        folder = temporary;
        new ReferenceCase("llama", folder.resolve("llama"));
        cluster = StandaloneCluster.start(1, CPUS);
        spark = SparkSession.builder()
                .config(cluster.sparkConf().set("spark.task.cpus", Integer.toString(CPUS)))
                .getOrCreate();
        for (var engine : List.of("libtorch", "dl4j")) {
            Filigree.train(
                    spark,
                    RunConfigReader.read(
                            "test",
                            """
                            run: %s
                            output: %s
                            base: {path: %s, name: reference/llama}
                            engine: {name: %1$s, threads: auto}
                            data: {train: [{path: %s, shape: tokens}], packing: false}
                            adapter: {r: 4, lora_alpha: 8, target_modules: all-linear}
                            training: {max_steps: 2, global_batch_size: 4, micro_batch_size: 4, learning_rate: 1.0e-3}
                            averaging: {workers: 1, exchange: gradients}
                            """.formatted(
                                            engine,
                                            folder.resolve("runs"),
                                            folder.resolve("llama"),
                                            folder.resolve("llama/rows.jsonl")),
                            List.of(),
                            Map.of()));
        }
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

    /** What an executor's lanes say while they run: the thread of each, and what a native call there may use. */
    private Map<String, String> onTheExecutor(String engine) {
        var said = JavaSparkContext.fromSparkContext(spark.sparkContext())
                .parallelize(List.of(engine), 1)
                .map(TaskCpusTest::lanes)
                .collect()
                .get(0);
        return Arrays.stream(said.split("\n", -1))
                .collect(Collectors.toMap(line -> line.split("=", -1)[0], line -> line.split("=", -1)[1]));
    }

    /** An engine has one number of threads a JVM: to be opened with another than the run's it would refuse. */
    private static String lanes(String engine) {
        try (var kernels = Engines.find(engine).engine().open("cpu", DataType.FLOAT32, CPUS)) {
            var said = new ArrayList<String>();
            kernels.runLanes(IntStream.range(0, kernels.lanes())
                    .mapToObj(lane -> (Runnable) () -> {
                        synchronized (said) {
                            said.add("%d %s=%d %d"
                                    .formatted(
                                            lane,
                                            Thread.currentThread().getName().replace("=", " "),
                                            torch.get_num_threads(),
                                            openblas.blas_get_num_threads()));
                        }
                    })
                    .toList());
            return String.join("\n", said);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"libtorch", "dl4j"})
    void theRunSaysItsThreads(String engine) throws Exception {
        assertThat(Files.readString(folder.resolve("runs/" + engine + "/outcome.json")))
                .contains("\"threads\" : \"2\"");
    }

    @Test
    void aBatchRunsInAsManyLanesAsTheTaskHasCpus() {
        assertThat(onTheExecutor("libtorch")).hasSize(CPUS);
    }

    /** OpenMP's threads, then OpenBLAS's. */
    @Test
    void aNativeCallKeepsToItsLanesThread() {
        assertThat(onTheExecutor("libtorch"))
                .isNotEmpty()
                .allSatisfy((lane, threads) -> assertThat(threads).isEqualTo("1 1"));
    }
}
