package org.filigree.trainer.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.TreeSet;
import org.filigree.format.FileTree;
import org.filigree.format.FormatException;
import org.filigree.format.HuggingFaceFolder;
import org.filigree.format.JsonFile;
import org.filigree.format.PeftAdapter;
import org.filigree.format.SafetensorsFile;
import org.filigree.lora.LoraConfig;
import org.filigree.text.TokenizerFiles;
import org.filigree.trainer.serve.ServedBase;

/** A PEFT adapter, also one that Filigree itself cannot use. */
final class AdapterInspector {

    private AdapterInspector() {}

    static Inspection inspect(FileTree files, String path, String base) throws IOException {
        var found = Inspection.of(Inspection.Kind.ADAPTER, path);
        var json = JsonFile.read(files, FileTree.join(path, "adapter_config.json"));
        var weights = FileTree.join(path, "adapter_model.safetensors");
        if (!files.exists(weights)) {
            throw new FormatException(weights + ": no such file, but there is an adapter_config.json");
        }
        var tensors = AdapterTensors.read(SafetensorsFile.open(files, weights));
        configuration(json, found.facts());
        shape(tensors, found.facts());
        found.facts().put("weights_bytes", files.size(weights));
        found.facts().put("tokenizer", files.exists(FileTree.join(path, TokenizerFiles.TOKENIZER)));
        var config = readable(files, path, found);
        found.vllm().addAll(VllmLimits.of(json, config, tensors.ranks()));
        shortcomings(json, tensors, found.shortcomings());
        if (base != null) {
            onBase(files, path, HuggingFaceFolder.open(files, base), tensors, found);
        }
        return found;
    }

    private static void configuration(JsonNode json, ObjectNode facts) {
        for (var field : List.of(
                "base_model_name_or_path",
                "peft_type",
                "task_type",
                "r",
                "lora_alpha",
                "rank_pattern",
                "alpha_pattern",
                "use_rslora",
                "use_dora",
                "bias",
                "target_modules",
                "modules_to_save")) {
            var value = json.path(field);
            var off = value.isNull() || value.isMissingNode() || (value.isContainerNode() && value.isEmpty());
            if (!off && !(value.isBoolean() && !value.booleanValue())) {
                facts.set(field, value);
            }
        }
    }

    private static void shape(AdapterTensors tensors, ObjectNode facts) {
        var ranks = facts.putArray("ranks");
        new TreeSet<>(tensors.ranks().values()).forEach(ranks::add);
        facts.put("modules", tensors.ranks().size())
                .put("layers", tensors.layers().size());
        facts.put("trainable_parameters", tensors.parameters());
        facts.put("dtype", String.join(", ", tensors.dtypes()));
    }

    /** The configuration, or null and a line where we do not have what it asks for. */
    private static LoraConfig readable(FileTree files, String path, Inspection found) throws IOException {
        try {
            return PeftAdapter.open(files, path).config();
        } catch (FormatException e) {
            found.shortcomings().add("Filigree does not serve or merge it: " + e.getMessage());
            return null;
        }
    }

    private static void shortcomings(JsonNode json, AdapterTensors tensors, List<String> lines) {
        if (json.path("base_model_name_or_path").asText("").isEmpty()) {
            lines.add("base_model_name_or_path is empty: nobody can tell which base it is for");
        }
        if (!tensors.ranks().isEmpty()
                && tensors.zeroB().size() == tensors.ranks().size()) {
            lines.add("untrained: every lora_B is zero, so it changes nothing");
        } else if (!tensors.zeroB().isEmpty()) {
            lines.add("lora_B of %d of %d modules is zero, first %s"
                    .formatted(
                            tensors.zeroB().size(),
                            tensors.ranks().size(),
                            tensors.zeroB().get(0)));
        }
        if (!tensors.notFinite().isEmpty()) {
            lines.add("%d tensors have values that are not finite, first %s"
                    .formatted(tensors.notFinite().size(), tensors.notFinite().get(0)));
        }
        if (!tensors.unknown().isEmpty()) {
            lines.add("%d tensors are no low-rank pair's, first %s"
                    .formatted(tensors.unknown().size(), tensors.unknown().get(0)));
        }
    }

    private static void onBase(
            FileTree files, String path, HuggingFaceFolder base, AdapterTensors tensors, Inspection found)
            throws IOException {
        found.facts().put("base", base.path()).put("base_parameters", base.parameters());
        found.facts().put("share_of_base", (double) tensors.parameters() / base.parameters());
        try {
            ServedBase.adapter(files, path, base.spec());
            found.facts().put("fits_base", true);
        } catch (FormatException e) {
            found.facts().put("fits_base", false);
            found.shortcomings().add("does not fit %s: %s".formatted(base.path(), e.getMessage()));
        }
    }
}
