package org.filigree.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import org.filigree.model.Families;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HuggingFaceFolderTest {

    private static final String CONFIG = """
            {"model_type": "gpt2", "vocab_size": 5, "n_positions": 3, "n_embd": 4, "n_layer": 1, "n_head": 2,
             "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5}
            """;

    @Test
    void weightsSavedWithoutTheModelsPrefixAreFound(@TempDir Path folder) throws Exception {
        var tensors = new TreeMap<String, SafetensorsWriter.Tensor>();
        for (var weight : Families.spec(new ObjectMapper().readTree(CONFIG)).weights()) {
            var shape =
                    weight.rows() == 1 ? new long[] {weight.columns()} : new long[] {weight.rows(), weight.columns()};
            var count = (int) weight.elements();
            tensors.put(
                    weight.name().replace("transformer.", ""),
                    new SafetensorsWriter.Tensor(shape, new float[count], 0, count));
        }
        Files.writeString(folder.resolve("config.json"), CONFIG);
        try (var out = Files.newOutputStream(folder.resolve("model.safetensors"))) {
            SafetensorsWriter.write(out, tensors);
        }
        var base = HuggingFaceFolder.open(new LocalFiles(), folder.toString());
        assertThat(tensors).containsKey("wte.weight");
        assertThat(base.read("transformer.wte.weight").rows()).isEqualTo(5);
    }
}
