package org.filigree.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import org.filigree.lora.AdapterPlanner;
import org.filigree.lora.LoraConfig;
import org.filigree.model.Families;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeftWriterTest {

    private static final String LLAMA = """
            {"model_type": "llama", "hidden_size": 8, "vocab_size": 16, "num_attention_heads": 2, "num_hidden_layers": 1,
             "intermediate_size": 12, "max_position_embeddings": 32}""";

    @TempDir
    Path folder;

    @Test
    void anAdapterWrittenIsReadBackWithItsPatternsInTheirOrder() throws IOException {
        var spec = Families.spec(new ObjectMapper().readTree(LLAMA));
        var ranks = new LinkedHashMap<String, Integer>();
        ranks.put("q_proj", 2);
        ranks.put(".*_proj", 3);
        var alphas = new LinkedHashMap<String, Double>();
        alphas.put("v_proj", 4.0);
        alphas.put(".*", 5.5);
        var config =
                new LoraConfig(1, 16, 0.1, new LoraConfig.Modules.AllLinear(), null, null, null, ranks, alphas, false);
        var plan = AdapterPlanner.plan(spec, config);
        var values = new float[plan.layout().size()];
        for (var i = 0; i < values.length; i++) {
            values[i] = i;
        }
        new PeftWriter(new LocalFiles()).write(folder.toString(), spec, "acme/tiny", config, plan, values);

        var read = PeftAdapter.open(new LocalFiles(), folder.toString());
        var again = AdapterPlanner.plan(spec, read.config());
        assertThat(again).isEqualTo(plan);
        assertThat(read.values(again)).isEqualTo(values);
        assertThat(read.config().targetModules())
                .isEqualTo(new LoraConfig.Modules.Names(
                        List.of("down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj")));
    }
}
