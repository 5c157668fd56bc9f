package org.filigree.engine.kit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.filigree.engine.Batch;
import org.filigree.format.HuggingFaceFolder;
import org.filigree.format.LocalFiles;
import org.filigree.format.PeftAdapter;
import org.filigree.format.SafetensorsFile;
import org.filigree.lora.AdapterPlan;
import org.filigree.lora.AdapterPlanner;
import org.filigree.lora.LearningRate;
import org.filigree.text.TokenRow;

/** One case made with transformers 4.42.0 and PEFT 0.13.2, unpacked from the kit into a folder. */
public final class ReferenceCase {

    /** Cases with a model of their own; the others run on llama's weights. */
    private static final Set<String> OWN_MODEL = Set.of("gpt2", "llama", "llama-tied", "qwen2");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final LocalFiles FILES = new LocalFiles();

    private final Path folder;
    private final JsonNode reference;
    private final boolean full;

    public ReferenceCase(String name, Path folder) throws IOException {
        this.folder = folder;
        this.full = name.equals("llama-full");
        unpack(name, "config.json");
        unpack(name, "reference.json");
        unpack(name, "reference.safetensors");
        unpack(name, "rows.jsonl");
        unpackAs(OWN_MODEL.contains(name) ? name : "llama", "model.safetensors", "model.safetensors");
        if (full) {
            unpack(name, "final.safetensors");
        } else {
            for (var when : List.of("adapter-start", "adapter-end")) {
                unpack(name, when + "/adapter_config.json");
                unpack(name, when + "/adapter_model.safetensors");
            }
        }
        this.reference = JSON.readTree(folder.resolve("reference.json").toFile());
    }

    private void unpack(String name, String file) throws IOException {
        unpackAs(name, file, file);
    }

    private void unpackAs(String name, String file, String as) throws IOException {
        var target = folder.resolve(as);
        Files.createDirectories(target.getParent());
        try (var in = ReferenceCase.class.getResourceAsStream("reference/" + name + "/" + file)) {
            if (in == null) {
                throw new FileNotFoundException("the kit lacks " + name + "/" + file);
            }
            Files.copy(in, target);
        }
    }

    public HuggingFaceFolder model() throws IOException {
        return HuggingFaceFolder.open(FILES, folder.toString());
    }

    public AdapterPlan plan(HuggingFaceFolder model) throws IOException {
        return AdapterPlanner.plan(
                model.spec(), full ? null : adapter("adapter-start").config());
    }

    private PeftAdapter adapter(String when) throws IOException {
        return PeftAdapter.open(FILES, folder.resolve(when).toString());
    }

    float[] start(AdapterPlan plan) throws IOException {
        return full
                ? weights("model.safetensors", plan, "")
                : adapter("adapter-start").values(plan);
    }

    public float[] end(AdapterPlan plan) throws IOException {
        return full
                ? weights("final.safetensors", plan, "")
                : adapter("adapter-end").values(plan);
    }

    /** The reference's gradients in the plan's order. */
    float[] gradients(AdapterPlan plan) throws IOException {
        return weights("reference.safetensors", plan, full ? "grad." : "grad.base_model.model.");
    }

    private float[] weights(String file, AdapterPlan plan, String prefix) throws IOException {
        var tensors = SafetensorsFile.open(FILES, folder.resolve(file).toString());
        var values = new float[plan.layout().size()];
        for (var tensor : plan.layout().tensors()) {
            var name = prefix
                    + (prefix.startsWith("grad.base")
                            ? tensor.name().replace(".weight", ".default.weight")
                            : tensor.name());
            System.arraycopy(tensors.floats(name), 0, values, tensor.offset(), tensor.elements());
        }
        return values;
    }

    /** Logits {@code [4, 16, vocabulary]} of rows 0 to 3, padded on the right. */
    float[] logits(String name) throws IOException {
        return SafetensorsFile.open(
                        FILES, folder.resolve("reference.safetensors").toString())
                .floats(name);
    }

    public JsonNode reference() {
        return reference;
    }

    List<TokenRow> rows() throws IOException {
        var rows = new ArrayList<TokenRow>();
        for (var line : Files.readAllLines(folder.resolve("rows.jsonl"))) {
            var row = JSON.readTree(line);
            rows.add(TokenRow.of(ints(row.path("input_ids")), ints(row.path("labels"))));
        }
        return rows;
    }

    private static int[] ints(JsonNode array) {
        var values = new int[array.size()];
        for (var i = 0; i < values.length; i++) {
            values[i] = array.get(i).intValue();
        }
        return values;
    }

    /** The global batch of a step, in order and wrapping. */
    Batch batch(int step) throws IOException {
        var rows = rows();
        var placed = new ArrayList<Batch.Placed>();
        for (var i = 0; i < 4; i++) {
            placed.add(new Batch.Placed(0, i, rows.get((4 * step + i) % rows.size())));
        }
        return Batch.of(placed);
    }

    LearningRate learningRate() {
        var training = reference.path("training");
        var schedule = training.path("schedule");
        var kind = schedule.isNull() ? LearningRate.Shape.CONSTANT : LearningRate.Shape.COSINE;
        return new LearningRate(
                kind,
                training.path("lr").doubleValue(),
                schedule.path("warmup_steps").asInt(0),
                training.path("steps").intValue());
    }
}
