package org.filigree.trainer.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.flatbuffers.Constants;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.filigree.cluster.StandaloneCluster;
import org.filigree.engine.Engine;
import org.filigree.model.DataType;
import org.filigree.trainer.Filigree;
import org.filigree.trainer.ReferenceRuns;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Both engines on the class path of the same executors: the natives share a JavaCPP and an OpenBLAS. */
@Timeout(200)
class BothEnginesTest {

    private static final int STEPS = 20;

    private ReferenceRuns runs;

    @Test
    void twoEnginesGiveOneLossCurveOnACluster(@TempDir Path folder) throws Exception {
        runs = ReferenceRuns.in(folder, "training.max_steps=" + STEPS);
        try (var cluster = StandaloneCluster.start(2, 1);
                var spark = SparkSession.builder().config(cluster.sparkConf()).getOrCreate()) {
            assertThat(bothOpenInEveryExecutor(JavaSparkContext.fromSparkContext(spark.sparkContext())))
                    .hasSize(2)
                    .allSatisfy(
                            seen -> assertThat(seen).contains("libtorch 2", "dl4j 1", "flatbuffers FLATBUFFERS_25"));
            Filigree.train(spark, runs.config("libtorch", "engine.name=libtorch"));
            Filigree.train(spark, runs.config("dl4j", "engine.name=dl4j"));
        }

        var libtorch = losses("libtorch");
        var dl4j = losses("dl4j");
        assertThat(libtorch).hasSize(STEPS);
        assertThat(dl4j).hasSize(STEPS);
        for (var step = 0; step < STEPS; step++) {
            assertThat(dl4j.get(step)).as("loss of step %d", step).isCloseTo(libtorch.get(step), within(1e-3));
        }
        assertThat(dl4j.get(STEPS - 1)).as("it learns").isLessThan(dl4j.get(0) - 0.1);
        assertThat(dl4j).as("two engines, not one twice").isNotEqualTo(libtorch);
        assertThat(engine("libtorch")).startsWith("libtorch");
        assertThat(engine("dl4j")).startsWith("dl4j");
    }

    /** What two tasks, one an executor, say of both engines' kernels open in one JVM. */
    private static List<String> bothOpenInEveryExecutor(JavaSparkContext spark) {
        return spark.parallelize(List.of(0, 1), 2)
                .map(task -> {
                    var seen = new ArrayList<String>();
                    for (var engine : ServiceLoader.load(Engine.class)) {
                        if (!engine.name().equals("plain")) {
                            try (var kernels = engine.open("cpu", DataType.FLOAT32, 1);
                                    var arena = kernels.arena()) {
                                var x = arena.allocate(DataType.FLOAT32, 2, 2);
                                kernels.fill(x, 3);
                                kernels.add(x, x, x);
                                seen.add(kernels.fingerprint() + " " + x.read()[3]);
                            }
                        }
                    }
                    for (var method : Constants.class.getMethods()) {
                        seen.add("flatbuffers " + method.getName());
                    }
                    return String.join("\n", seen);
                })
                .collect();
    }

    private List<Double> losses(String run) throws IOException {
        var losses = new ArrayList<Double>();
        for (var round : runs.events(run, "round")) {
            round.path("losses").forEach(loss -> losses.add(loss.asDouble()));
        }
        return losses;
    }

    private String engine(String run) throws IOException {
        return runs.events(run, "start").get(0).path("engine").asText();
    }
}
