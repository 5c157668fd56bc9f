package org.filigree.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** A base's special tokens: a field of generation_config.json wins over the same field of config.json. */
record TokenIds(List<Integer> end, OptionalInt begin, OptionalInt pad) {

    static TokenIds read(String folder, JsonNode config, JsonNode generation) {
        var end = ids(folder, config, generation, "eos_token_id");
        return new TokenIds(
                end,
                first(ids(folder, config, generation, "bos_token_id")),
                first(ids(folder, config, generation, "pad_token_id")));
    }

    static OptionalInt first(List<Integer> ids) {
        return ids.isEmpty() ? OptionalInt.empty() : OptionalInt.of(ids.get(0));
    }

    private static List<Integer> ids(String folder, JsonNode config, JsonNode generation, String field) {
        var wins = generation.hasNonNull(field);
        var node = wins ? generation.path(field) : config.path(field);
        var ids = new ArrayList<Integer>();
        for (var id : node.isArray() ? node : List.of(node)) {
            if (id.isMissingNode() || id.isNull() || (id.isInt() && id.intValue() == -1)) {
                continue;
            }
            if (!id.isInt() || id.intValue() < 0) {
                throw new FormatException("%s: %s is %s, wanted a token's number"
                        .formatted(
                                FileTree.join(folder, wins ? "generation_config.json" : "config.json"), field, node));
            }
            ids.add(id.intValue());
        }
        return List.copyOf(ids);
    }
}
