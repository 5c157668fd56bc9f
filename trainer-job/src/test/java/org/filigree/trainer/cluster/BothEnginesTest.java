package org.filigree.trainer.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.flatbuffers.Constants;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.filigree.cluster.StandaloneCluster;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfigReader;
import org.filigree.engine.Engine;
import org.filigree.engine.kit.ReferenceCase;
import org.filigree.model.DataType;
import org.filigree.trainer.Filigree;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Both engines on the class path of the same executors: the natives share a JavaCPP and an OpenBLAS. */
@Timeout(200)
class BothEnginesTest {

    private static final int STEPS = 20;

    @TempDir
    private Path folder;

    @Test
    void twoEnginesGiveOneLossCurveOnACluster() throws Exception {
        new ReferenceCase("llama", folder.resolve("llama"));
        try (var cluster = StandaloneCluster.start(2, 1);
                var spark = SparkSession.builder().config(cluster.sparkConf()).getOrCreate()) {
            assertThat(bothOpenInEveryExecutor(JavaSparkContext.fromSparkContext(spark.sparkContext())))
                    .hasSize(2)
                    .allSatisfy(
                            seen -> assertThat(seen).contains("libtorch 2", "dl4j 1", "flatbuffers FLATBUFFERS_25"));
            Filigree.train(spark, config("libtorch"));
            Filigree.train(spark, config("dl4j"));
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
        assertThat(start("libtorch").path("engine").asText()).startsWith("libtorch");
        assertThat(start("dl4j").path("engine").asText()).startsWith("dl4j");
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

    private List<Double> losses(String engine) throws IOException {
        var losses = new ArrayList<Double>();
        for (var event : events(engine)) {
            if (event.path("event").asText().equals("round")) {
                event.path("losses").forEach(loss -> losses.add(loss.asDouble()));
            }
        }
        return losses;
    }

    private JsonNode start(String engine) throws IOException {
        return events(engine).get(0);
    }

    private List<JsonNode> events(String engine) throws IOException {
        var json = new ObjectMapper();
        var events = new ArrayList<JsonNode>();
        for (var line : Files.readAllLines(folder.resolve("runs/%s/events.jsonl".formatted(engine)))) {
            events.add(json.readTree(line));
        }
        return events;
    }

    private RunConfig config(String engine) {
        return RunConfigReader.read(
                "test",
                """
                run: %s
                output: %s
                base: {path: %s, name: reference/llama}
                engine: {name: %s, threads: 1}
                data: {train: [{path: %s, shape: tokens}], packing: false}
                adapter: {name: tuned, r: 4, lora_alpha: 8, lora_dropout: 0.1, target_modules: all-linear}
                training: {max_steps: %d, global_batch_size: 4, micro_batch_size: 2, learning_rate: 1.0e-2}
                averaging: {workers: 2, exchange: gradients}
                checkpoint: {every_rounds: 10}
                """.formatted(
                                engine,
                                folder.resolve("runs"),
                                folder.resolve("llama"),
                                engine,
                                folder.resolve("llama/rows.jsonl"),
                                STEPS),
                List.of(),
                Map.of());
    }
}
