package org.filigree.lora;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Fields of PEFT's LoraConfig that {@link LoraConfig} has no place for. What they switch on we do not have, so a
 * configuration may carry them switched off only; what merely says where an adapter came from may hold anything.
 */
public final class PeftSwitches {

    /** What an adapter would compute differently with. */
    public static final List<String> FEATURES = List.of(
            "use_dora",
            "modules_to_save",
            "layer_replication",
            "megatron_config",
            "loftq_config",
            "trainable_token_indices",
            "eva_config",
            "corda_config",
            "target_parameters",
            "lora_bias",
            "use_qalora",
            "alora_invocation_tokens",
            "arrow_config",
            "ensure_weight_tying",
            "lora_ga_config",
            "use_bdlora");

    /** The only value we have of what is always on. */
    public static final Map<String, Object> FIXED = Map.of("peft_type", "LORA", "bias", "none");

    /** The same for what matters before training only. */
    public static final Map<String, Object> FIXED_AT_START =
            Map.of("task_type", "CAUSAL_LM", "init_lora_weights", true);

    /** Where a configuration came from and how it was kept: anything, without effect here. */
    public static final List<String> INFORMATION = List.of(
            "base_model_name_or_path",
            "revision",
            "auto_mapping",
            "fan_in_fan_out",
            "inference_mode",
            "megatron_core",
            "qalora_group_size",
            "peft_version");

    private PeftSwitches() {}

    /** @param value null, a flag, a text, a collection or a map */
    public static boolean off(Object value) {
        return value == null
                || Boolean.FALSE.equals(value)
                || (value instanceof Collection<?> items && items.isEmpty())
                || (value instanceof Map<?, ?> entries && entries.isEmpty());
    }
}
