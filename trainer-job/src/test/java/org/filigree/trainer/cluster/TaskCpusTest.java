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
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;
import org.filigree.cluster.StandaloneCluster;
import org.filigree.engine.Engines;
import org.filigree.model.DataType;
import org.filigree.trainer.Filigree;
import org.filigree.trainer.ReferenceRuns;
import org.filigree.trainer.SparkOnCluster;
import org.junit.jupiter.api.AutoClose;
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

    private ReferenceRuns runs;

    @AutoClose
    private SparkOnCluster twoCpus;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        runs = ReferenceRuns.in(folder, "training.max_steps=2", "averaging.workers=1", "engine.threads=auto");
        twoCpus =
                SparkOnCluster.of(StandaloneCluster.start(1, CPUS), Map.of("spark.task.cpus", Integer.toString(CPUS)));
        for (var engine : List.of("libtorch", "dl4j")) {
            Filigree.train(twoCpus.spark(), runs.config(engine, "engine.name=" + engine));
        }
    }

    /** What an executor's lanes say while they run: the thread of each, and what a native call there may use. */
    private Map<String, String> onTheExecutor(String engine) {
        var said = twoCpus.context()
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
        assertThat(Files.readString(runs.file(engine, "outcome.json"))).contains("\"threads\" : \"2\"");
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
