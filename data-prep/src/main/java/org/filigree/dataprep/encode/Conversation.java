package org.filigree.dataprep.encode;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.filigree.text.ChatTemplate;

/** Turns of a conversation out of a row. */
final class Conversation {

    private static final Map<String, String> SHAREGPT_ROLES = Map.of(
            "human", "user",
            "user", "user",
            "gpt", "assistant",
            "assistant", "assistant",
            "system", "system");

    private Conversation() {}

    /** {@code [{role, content}]} */
    static List<ChatTemplate.Message> messages(JsonNode turns) {
        return turns(turns, "role", "content", null);
    }

    /** {@code [{from, value}]} */
    static List<ChatTemplate.Message> sharegpt(JsonNode turns) {
        return turns(turns, "from", "value", SHAREGPT_ROLES);
    }

    private static List<ChatTemplate.Message> turns(
            JsonNode turns, String role, String content, Map<String, String> roles) {
        if (!turns.isArray() || turns.isEmpty()) {
            throw new BadRowException("no turns", "found " + turns.getNodeType());
        }
        var messages = new ArrayList<ChatTemplate.Message>();
        for (var turn : turns) {
            if (!turn.path(role).isTextual() || !turn.path(content).isTextual()) {
                throw new BadRowException("a turn lacks %s or %s".formatted(role, content), turn.toString());
            }
            var who = turn.path(role).asText();
            var known = roles == null ? who : roles.get(who);
            if (known == null) {
                throw new BadRowException("unknown role", who);
            }
            messages.add(new ChatTemplate.Message(known, turn.path(content).asText()));
        }
        if (messages.stream().noneMatch(message -> message.role().equals("assistant"))) {
            throw new BadRowException("no turn of the assistant", messages.size() + " turns");
        }
        return messages;
    }
}
