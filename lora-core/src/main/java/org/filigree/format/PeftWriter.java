package org.filigree.format;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.filigree.lora.AdapterPlan;
import org.filigree.lora.LoraConfig;
import org.filigree.lora.LoraConfig.Modules;
import org.filigree.model.ModelSpec;
import org.filigree.model.Op;

/** Writes an adapter as PEFT does, so that PEFT and vLLM load it as it is. No dates, no paths, keys sorted. */
public final class PeftWriter {

    private static final ObjectWriter JSON = new ObjectMapper().writer().with(SerializationFeature.INDENT_OUTPUT);

    private final FileTree files;

    public PeftWriter(FileTree files) {
        this.files = files;
    }

    /**
     * Writes adapter_model.safetensors, then adapter_config.json; neither may be there yet.
     *
     * @param baseName what serving calls the base, never a machine's path
     * @param values {@code [plan.layout().size()]}
     */
    public void write(
            String folder, ModelSpec spec, String baseName, LoraConfig config, AdapterPlan plan, float[] values)
            throws IOException {
        var tensors = new TreeMap<String, SafetensorsWriter.Tensor>();
        for (var tensor : plan.layout().tensors()) {
            tensors.put(
                    PeftAdapter.PREFIX + tensor.name(),
                    new SafetensorsWriter.Tensor(
                            new long[] {tensor.rows(), tensor.columns()}, values, tensor.offset(), tensor.elements()));
        }
        try (var out = files.create(FileTree.join(folder, PeftAdapter.TENSORS), false)) {
            SafetensorsWriter.write(out, tensors);
        }
        try (var out = files.create(FileTree.join(folder, PeftAdapter.CONFIG), false)) {
            out.write(JSON.writeValueAsBytes(json(spec, baseName, config, plan)));
        }
    }

    private static Map<String, Object> json(ModelSpec spec, String baseName, LoraConfig config, AdapterPlan plan) {
        var json = new TreeMap<String, Object>();
        json.put("peft_type", "LORA");
        json.put("task_type", "CAUSAL_LM");
        json.put("base_model_name_or_path", baseName);
        json.put("bias", "none");
        json.put("inference_mode", true);
        json.put("init_lora_weights", true);
        json.put("modules_to_save", null);
        json.put("use_dora", false);
        json.put("use_rslora", config.useRslora());
        json.put("fan_in_fan_out", spec.linears().stream().anyMatch(Op.Linear::inputMajor));
        json.put("r", config.r());
        json.put("lora_alpha", number(config.loraAlpha()));
        json.put("lora_dropout", config.loraDropout());
        json.put("target_modules", modules(config.targetModules(), plan));
        json.put("exclude_modules", config.excludeModules() == null ? null : modules(config.excludeModules(), plan));
        json.put("layers_to_transform", config.layersToTransform());
        json.put("layers_pattern", config.layersPattern());
        json.put("rank_pattern", config.rankPattern());
        // The order of patterns has a meaning: the first that matches counts.
        var alphas = new LinkedHashMap<String, Number>();
        config.alphaPattern().forEach((pattern, alpha) -> alphas.put(pattern, number(alpha)));
        json.put("alpha_pattern", alphas);
        return json;
    }

    /** PEFT writes whole numbers as integers. */
    private static Number number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < Integer.MAX_VALUE) {
            return (int) value;
        }
        return value;
    }

    /** {@code all-linear} is written as the kinds of module it came to, as PEFT saves it. */
    private static Object modules(Modules modules, AdapterPlan plan) {
        if (modules instanceof Modules.Names names) {
            return names.names().stream().sorted().toList();
        }
        if (modules instanceof Modules.Pattern pattern) {
            return pattern.regex();
        }
        return plan.wraps().stream()
                .map(wrap -> wrap.module().substring(wrap.module().lastIndexOf('.') + 1))
                .distinct()
                .sorted()
                .toList();
    }
}
