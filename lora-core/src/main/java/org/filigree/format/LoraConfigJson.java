package org.filigree.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.filigree.lora.LoraConfig;
import org.filigree.lora.LoraConfig.Modules;
import org.filigree.lora.PeftSwitches;

/** PEFT's adapter_config.json as a {@link LoraConfig}. What we do not have is refused unless it is switched off. */
final class LoraConfigJson {

    private static final ObjectMapper JSON = new ObjectMapper();

    private LoraConfigJson() {}

    static LoraConfig read(String path, JsonNode json) {
        PeftSwitches.FIXED.forEach((field, wanted) -> {
            if (json.hasNonNull(field) && !json.path(field).asText().equals(wanted)) {
                throw new FormatException("%s: %s is %s, wanted %s".formatted(path, field, json.path(field), wanted));
            }
        });
        for (var field : PeftSwitches.FEATURES) {
            if (!PeftSwitches.off(JSON.convertValue(json.path(field), Object.class))) {
                throw new FormatException(
                        "%s: %s is %s, which is not supported".formatted(path, field, json.path(field)));
            }
        }
        return new LoraConfig(
                json.path("r").asInt(8),
                json.path("lora_alpha").asDouble(8),
                json.path("lora_dropout").asDouble(0),
                modules(path, json.path("target_modules"), "target_modules"),
                json.hasNonNull("exclude_modules")
                        ? modules(path, json.path("exclude_modules"), "exclude_modules")
                        : null,
                json.hasNonNull("layers_to_transform") ? list(json.path("layers_to_transform"), JsonNode::asInt) : null,
                json.hasNonNull("layers_pattern") ? list(json.path("layers_pattern"), JsonNode::asText) : null,
                map(json.path("rank_pattern"), JsonNode::asInt),
                map(json.path("alpha_pattern"), JsonNode::asDouble),
                json.path("use_rslora").asBoolean(false));
    }

    private static Modules modules(String path, JsonNode node, String field) {
        if (node.isArray()) {
            return new Modules.Names(list(node, JsonNode::asText));
        }
        if (!node.isTextual()) {
            throw new FormatException("%s: %s is %s, wanted a list of names or a pattern".formatted(path, field, node));
        }
        return node.asText().equals("all-linear") ? new Modules.AllLinear() : new Modules.Pattern(node.asText());
    }

    private static <T> List<T> list(JsonNode node, Function<JsonNode, T> element) {
        var values = new ArrayList<T>();
        if (node.isArray()) {
            node.forEach(child -> values.add(element.apply(child)));
        } else {
            values.add(element.apply(node));
        }
        return values;
    }

    private static <T> Map<String, T> map(JsonNode node, Function<JsonNode, T> element) {
        var values = new LinkedHashMap<String, T>();
        node.properties().forEach(field -> values.put(field.getKey(), element.apply(field.getValue())));
        return values;
    }
}
