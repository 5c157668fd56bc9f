package org.filigree.format;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import org.filigree.model.Families;

/** Writes small Hugging Face folders for tests. */
final class FolderBuilder {

    static final String LLAMA = """
            {"model_type": "llama", "hidden_size": 8, "vocab_size": 16, "num_attention_heads": 2, "num_hidden_layers": 1,
             "intermediate_size": 12, "max_position_embeddings": 32, "torch_dtype": "float32",
             "bos_token_id": 1, "eos_token_id": 2}
            """;

    private FolderBuilder() {}

    /** Every weight of the model, its elements counting up from 0 in steps of 1/8, which any type here can hold. */
    static SortedMap<String, SafetensorsWriter.Tensor> tensors(String config) throws IOException {
        var tensors = new TreeMap<String, SafetensorsWriter.Tensor>();
        var start = 0;
        for (var weight : Families.spec(new ObjectMapper().readTree(config)).weights()) {
            var shape =
                    weight.rows() == 1 ? new long[] {weight.columns()} : new long[] {weight.rows(), weight.columns()};
            var values = new float[(int) weight.elements()];
            for (var i = 0; i < values.length; i++) {
                values[i] = (start + i) % 256 / 8f;
            }
            start += 17;
            tensors.put(weight.name(), new SafetensorsWriter.Tensor(shape, values, 0, values.length));
        }
        return tensors;
    }

    static HuggingFaceFolder write(Path folder, String config) throws IOException {
        return write(folder, config, tensors(config));
    }

    static HuggingFaceFolder write(Path folder, String config, SortedMap<String, SafetensorsWriter.Tensor> tensors)
            throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), config);
        writeTensors(folder.resolve("model.safetensors"), tensors);
        return HuggingFaceFolder.open(new LocalFiles(), folder.toString());
    }

    static void writeTensors(Path file, SortedMap<String, SafetensorsWriter.Tensor> tensors) throws IOException {
        try (var out = Files.newOutputStream(file)) {
            SafetensorsWriter.write(out, tensors);
        }
    }
}
