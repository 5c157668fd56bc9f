package org.filigree.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.filigree.config.RunConfigReaderTest.SMALLEST;
import static org.filigree.config.RunConfigReaderTest.read;
import static org.filigree.config.RunConfigReaderTest.refusal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.filigree.config.RunConfig.Method;
import org.filigree.lora.LoraConfig;
import org.filigree.lora.LoraConfig.Modules;
import org.junit.jupiter.api.Test;

class PeftPasteTest {

    /** As PEFT saved it for engines/kit's reference llama-patterns. */
    private static final String PATTERNS = """
            {
              "alpha_pattern": {
                "down_proj": 16,
                "q_proj": 3
              },
              "auto_mapping": null,
              "base_model_name_or_path": "",
              "bias": "none",
              "fan_in_fan_out": false,
              "inference_mode": true,
              "init_lora_weights": true,
              "layer_replication": null,
              "layers_pattern": null,
              "layers_to_transform": null,
              "loftq_config": {},
              "lora_alpha": 8,
              "lora_dropout": 0.0,
              "megatron_config": null,
              "megatron_core": "megatron.core",
              "modules_to_save": null,
              "peft_type": "LORA",
              "r": 4,
              "rank_pattern": {
                "layers\\\\.1\\\\.mlp\\\\.up_proj": 8,
                "q_proj": 2
              },
              "revision": null,
              "target_modules": [
                "gate_proj",
                "q_proj",
                "o_proj",
                "up_proj",
                "down_proj",
                "k_proj",
                "v_proj"
              ],
              "task_type": "CAUSAL_LM",
              "use_dora": false,
              "use_rslora": false
            }""";

    @Test
    void anAdapterConfigPastesIn() {
        var ranks = new LinkedHashMap<String, Integer>();
        ranks.put("layers\\.1\\.mlp\\.up_proj", 8);
        ranks.put("q_proj", 2);
        var adapter = read(SMALLEST + "adapter: " + PATTERNS.indent(1)).adapter();
        assertThat(adapter)
                .isEqualTo(new RunConfig.Adapter(
                        "nightly",
                        Method.LORA,
                        new LoraConfig(
                                4,
                                8,
                                0,
                                new Modules.Names(List.of(
                                        "gate_proj", "q_proj", "o_proj", "up_proj", "down_proj", "k_proj", "v_proj")),
                                null,
                                null,
                                null,
                                ranks,
                                Map.of("down_proj", 16.0, "q_proj", 3.0),
                                false),
                        null));
        assertThat(adapter.lora().rankPattern().keySet()).containsExactlyElementsOf(ranks.keySet());
    }

    @Test
    void layersMayBeOneNumberAndOneName() {
        var lora = read(SMALLEST, "adapter={target_modules: [q_proj], layers_pattern: layers, layers_to_transform: 1}")
                .adapter()
                .lora();
        assertThat(lora.layersPattern()).containsExactly("layers");
        assertThat(lora.layersToTransform()).containsExactly(1);
    }

    @Test
    void whatPeftSwitchedOnAndWeLackIsRefusedByItsLine() {
        var pasted = PATTERNS.replace("\"use_dora\": false", "\"use_dora\": true")
                .replace("\"bias\": \"none\"", "\"bias\": \"all\"")
                .replace("\"modules_to_save\": null", "\"modules_to_save\": [\"lm_head\"]");
        assertThat(refusal(SMALLEST + "adapter: " + pasted.indent(1)).lines())
                .containsExactly(
                        "run.yaml:12: adapter.bias: found 'all', wanted none: nothing else is supported",
                        "run.yaml:24: adapter.modules_to_save: found a list, wanted null or false: it is not supported",
                        "run.yaml:42: adapter.use_dora: found true, wanted null or false: it is not supported");
    }
}
