package org.filigree.trainer.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.filigree.lora.AdapterPlanner;
import org.filigree.lora.LoraConfig;

/**
 * What vLLM does not serve, as its sources say: {@code vllm/lora/peft_helper.py} (which fields of adapter_config.json it
 * reads and refuses), {@code vllm/config/lora.py} (ranks), {@code vllm/lora/lora_model.py} (tensors); v0.14 to v0.22.
 */
final class VllmLimits {

    static final String GPT2 = "GPT2LMHeadModel has no LoRA support in vLLM: merge the adapter instead";

    /** Values of {@code --max-lora-rank}; the default is 16. */
    private static final int[] MAX_RANKS = {1, 8, 16, 32, 64, 128, 256, 320, 512};

    private static final int DEFAULT_MAX_RANK = 16;

    private VllmLimits() {}

    /**
     * One line for each.
     *
     * @param config the folder's; null where we do not read it either
     * @param ranks module -> rank, as the tensors are
     */
    static List<String> of(JsonNode json, LoraConfig config, Map<String, Integer> ranks) {
        var lines = new ArrayList<String>();
        for (var field : List.of("r", "lora_alpha", "target_modules")) {
            if (!json.hasNonNull(field)) {
                lines.add("refused: adapter_config.json lacks " + field);
            }
        }
        if (!json.path("modules_to_save").isEmpty()) {
            lines.add("refused: modules_to_save is %s".formatted(json.path("modules_to_save")));
        }
        if (json.path("use_dora").asBoolean()) {
            lines.add("refused: use_dora");
        }
        if (!json.path("bias").asText("none").equals("none")) {
            lines.add("refused: bias is %s, wanted none"
                    .formatted(json.path("bias").asText()));
        }
        rank(lines, ranks);
        if (ranks.containsKey("lm_head")) {
            lines.add(
                    "lm_head: served for Llama and Mistral, refused for families that do not list it (Qwen2: vllm#33234)");
        }
        if (ranks.keySet().stream().anyMatch(module -> module.startsWith("transformer.h."))) {
            lines.add("refused: " + GPT2);
        }
        if (config != null) {
            scale(lines, config, ranks);
        }
        return lines;
    }

    private static void rank(List<String> lines, Map<String, Integer> ranks) {
        var largest = ranks.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        if (largest > MAX_RANKS[MAX_RANKS.length - 1]) {
            lines.add("refused: rank %d, at most 512 is served".formatted(largest));
        } else if (largest > DEFAULT_MAX_RANK) {
            for (var allowed : MAX_RANKS) {
                if (allowed >= largest) {
                    lines.add("rank %d needs --max-lora-rank %d (the default is %d)"
                            .formatted(largest, allowed, DEFAULT_MAX_RANK));
                    return;
                }
            }
        }
    }

    /** rank_pattern and alpha_pattern are not read: every module gets the scale of r and lora_alpha. */
    private static void scale(List<String> lines, LoraConfig config, Map<String, Integer> ranks) {
        var served = config.useRslora() ? config.loraAlpha() / Math.sqrt(config.r()) : config.loraAlpha() / config.r();
        var other = new TreeMap<String, Double>();
        ranks.forEach((module, rank) -> {
            var own = AdapterPlanner.scale(config, module, rank);
            if (Math.abs(own - served) > 1e-9 * served) {
                other.put(module, own);
            }
        });
        if (!other.isEmpty()) {
            var first = other.firstEntry();
            lines.add(
                    "served wrongly, in silence: rank_pattern and alpha_pattern are not read, so %d modules get scale %.4g instead of their own (%s: %.4g)"
                            .formatted(other.size(), served, first.getKey(), first.getValue()));
        }
    }
}
