package org.filigree.text;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What tokenizer_config.json adds to a tokenizer.json. A token that is null is not there.
 *
 * @param addBegin false where the file says that texts begin without the begin token
 * @param chatTemplate Jinja text, or null
 */
public record TokenizerConfig(String begin, String end, String pad, boolean addBegin, String chatTemplate) {

    /** @param template the content of chat_template.jinja, which wins, or null */
    public static TokenizerConfig read(JsonNode json, String template) {
        return new TokenizerConfig(
                token(json.path("bos_token")),
                token(json.path("eos_token")),
                token(json.path("pad_token")),
                json.path("add_bos_token").asBoolean(true),
                template != null ? template : template(json.path("chat_template")));
    }

    /** A token stands as its text or as an object with its content. */
    private static String token(JsonNode node) {
        var content = node.isObject() ? node.path("content") : node;
        return content.isTextual() ? content.asText() : null;
    }

    /** One template, or several with names, of which {@code default} is meant. */
    private static String template(JsonNode node) {
        if (node.isArray()) {
            for (var named : node) {
                if (named.path("name").asText().equals("default")) {
                    return named.path("template").asText();
                }
            }
            return null;
        }
        return node.isTextual() ? node.asText() : null;
    }
}
