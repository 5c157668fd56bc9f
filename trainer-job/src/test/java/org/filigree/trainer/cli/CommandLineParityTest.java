package org.filigree.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.filigree.engine.kit.ReferenceCase;
import org.filigree.format.HuggingFaceFolder;
import org.filigree.format.LocalFiles;
import org.filigree.format.PeftAdapter;
import org.filigree.lora.AdapterPlan;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A reference case as a user would run it: its rows, its starting adapter and its hyper-parameters in a YAML, trained by
 * {@code filigree train}, judged by what is in the run folder. The numbers are transformers' and PEFT's.
 */
class CommandLineParityTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double CURVE = 1e-4;
    private static final double ADAPTER = 1e-3;

    /** A case whose configuration names init_from and nothing else. */
    private static final String TAKES_THE_ADAPTERS_OWN = "llama-patterns";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "gpt2, 1",
        "gpt2, 2",
        "llama, 1",
        "llama, 2",
        // Enough for reducers to sum, and most of them without a row.
        "llama, 20",
        "llama-tied, 1",
        "llama-tied, 2",
        "llama-rope-linear, 1",
        "llama-rope-linear, 2",
        "mistral, 1",
        "mistral, 2",
        "qwen2, 1",
        "qwen2, 2",
        "llama-rslora, 1",
        "llama-rslora, 2",
        "llama-patterns, 1",
        "llama-patterns, 2",
        "llama-layers, 1",
        "llama-layers, 2",
        "llama-regex, 1",
        "llama-regex, 2",
        "llama-clip-cosine, 1",
        "llama-clip-cosine, 2",
        "llama-full, 1",
        "llama-full, 2"
    })
    void theCurveAndTheAdapterOfTheReferenceComeOut(String name, int workers) throws IOException {
        assertReference(name, Map.of("workers", workers, "exchange", "gradients"));
    }

    /** One worker's mean is its own, so rounds of local steps are one run of AdamW where its moments outlive them. */
    @ParameterizedTest
    @CsvSource({"gpt2", "llama", "llama-clip-cosine"})
    void aWorkerThatKeepsItsMomentsTrainsLikeOneProcess(String name) throws IOException {
        assertReference(
                name,
                Map.of(
                        "workers",
                        1,
                        "exchange",
                        "parameters",
                        "local_steps",
                        4,
                        "wire",
                        "float32",
                        "inner_state",
                        "keep"));
    }

    private void assertReference(String name, Map<String, Object> averaging) throws IOException {
        var reference = new ReferenceCase(name, folder.resolve("case"));
        var file =
                Files.writeString(folder.resolve("case.yaml"), configuration(name, reference.reference(), averaging));

        var trained = CommandLine.run("train", file.toString());

        assertThat(trained.err()).isEmpty();
        assertThat(trained.code()).isZero();
        assertCurve(reference.reference().path("curve"), folder.resolve("runs/case/events.jsonl"));
        var model = reference.model();
        var plan = reference.plan(model);
        assertSame(plan, reference.end(plan), published(name, plan));
    }

    private String configuration(String name, JsonNode reference, Map<String, Object> averaging) throws IOException {
        var training = reference.path("training");
        var schedule = training.path("schedule");
        Map<String, Object> adapter = new TreeMap<>();
        if (name.equals("llama-full")) {
            adapter.put("method", "full");
        } else {
            var start = folder.resolve("case/adapter-start");
            JSON.readTree(start.resolve("adapter_config.json").toFile())
                    .properties()
                    .forEach(field -> adapter.put(field.getKey(), field.getValue()));
            if (TAKES_THE_ADAPTERS_OWN.equals(name)) {
                adapter.clear();
            }
            adapter.put("init_from", start.toString());
        }
        var root = new TreeMap<String, Object>();
        root.put("run", "case");
        root.put("output", folder.resolve("runs").toString());
        root.put("base", Map.of("path", folder.resolve("case").toString(), "name", "reference/" + name));
        // One value a JVM, and other tests run in this one.
        root.put("engine", Map.of("threads", 1));
        root.put(
                "data",
                Map.of(
                        "train",
                        List.of(Map.of("path", folder.resolve("case/rows.jsonl").toString(), "shape", "tokens")),
                        "packing",
                        false,
                        "shuffle",
                        false));
        root.put("adapter", adapter);
        var steps = new TreeMap<String, Object>();
        steps.put("max_steps", training.path("steps"));
        steps.put("global_batch_size", training.path("global_batch_rows"));
        steps.put("micro_batch_size", 2);
        steps.put("learning_rate", training.path("lr"));
        steps.put("weight_decay", training.path("weight_decay"));
        steps.put("max_grad_norm", training.path("clip_grad_norm").asDouble(0));
        steps.put("lr_scheduler_type", schedule.path("kind").asText("constant"));
        if (!schedule.isNull()) {
            steps.put("warmup_steps", schedule.path("warmup_steps"));
        }
        root.put("training", steps);
        root.put("averaging", averaging);
        // JSON is YAML.
        return JSON.writeValueAsString(root);
    }

    private static void assertCurve(JsonNode wanted, Path events) throws IOException {
        var losses = new ArrayList<Double>();
        for (var line : Files.readAllLines(events)) {
            JSON.readTree(line).path("losses").forEach(loss -> losses.add(loss.doubleValue()));
        }
        assertThat(losses).hasSize(wanted.size());
        for (var step = 0; step < losses.size(); step++) {
            var loss = wanted.get(step).doubleValue();
            assertThat(Math.abs(losses.get(step) - loss) / loss)
                    .as("step %d", step)
                    .isLessThan(CURVE);
        }
    }

    private float[] published(String name, AdapterPlan plan) throws IOException {
        var path = folder.resolve("runs/case/adapters/case").toString();
        if (!name.equals("llama-full")) {
            return PeftAdapter.open(new LocalFiles(), path).values(plan);
        }
        var model = HuggingFaceFolder.open(new LocalFiles(), path);
        var values = new float[plan.layout().size()];
        for (var tensor : plan.layout().tensors()) {
            System.arraycopy(model.read(tensor.name()).floats(), 0, values, tensor.offset(), tensor.elements());
        }
        return values;
    }

    private static void assertSame(AdapterPlan plan, float[] wanted, float[] found) {
        for (var tensor : plan.layout().tensors()) {
            var norm = 0.0;
            var difference = 0.0;
            for (var i = tensor.offset(); i < tensor.offset() + tensor.elements(); i++) {
                norm += (double) wanted[i] * wanted[i];
                difference += Math.pow(wanted[i] - found[i], 2);
            }
            assertThat(Math.sqrt(difference)).as(tensor.name()).isLessThanOrEqualTo(ADAPTER * Math.sqrt(norm));
        }
    }
}
