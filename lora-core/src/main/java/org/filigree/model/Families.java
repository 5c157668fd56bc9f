package org.filigree.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** The families there are: {@code model_type} of a config.json to a model as data. */
public final class Families {

    private static final Map<String, Function<ModelConfig, ModelSpec>> BY_TYPE = new TreeMap<>(Map.of(
            "llama", LlamaFamily::llama,
            "mistral", LlamaFamily::mistral,
            "qwen2", LlamaFamily::qwen2,
            "gpt2", Gpt2Family::gpt2));

    private Families() {}

    /** @throws UnsupportedModelException naming the field, what was found and what there is */
    public static ModelSpec spec(JsonNode config) {
        var type = config.path("model_type").asText("");
        var family = BY_TYPE.get(type);
        if (family == null) {
            throw new UnsupportedModelException(
                    "config.json: model_type is '%s'; there are %s".formatted(type, BY_TYPE.keySet()));
        }
        return family.apply(new ModelConfig(config));
    }
}
