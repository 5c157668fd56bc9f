package org.filigree.trainer.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The events of a run, one JSON object each, {@code event} first. Those since the last checkpoint are not yet on disk. */
public final class EventLog {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<String> all;
    private final Consumer<ObjectNode> heard;
    private int saved;

    /**
     * @param earlier those that the checkpoint holds
     * @param heard hears each event that is added, as it is
     */
    public EventLog(List<String> earlier, Consumer<ObjectNode> heard) {
        this.heard = heard;
        all = new ArrayList<>(earlier);
        saved = all.size();
    }

    /** The event as it was added. */
    public ObjectNode add(String event, Consumer<ObjectNode> fields) {
        var node = JSON.createObjectNode().put("event", event);
        fields.accept(node);
        all.add(node.toString());
        heard.accept(node);
        return node;
    }

    public List<String> all() {
        return List.copyOf(all);
    }

    /** What a checkpoint has yet to write. */
    public List<String> unsaved() {
        return List.copyOf(all.subList(saved, all.size()));
    }

    public void saved() {
        saved = all.size();
    }

    /** The latest of a kind. */
    public Optional<ObjectNode> last(String event) {
        var start = "{\"event\":\"" + event + "\"";
        for (var i = all.size() - 1; i >= 0; i--) {
            if (all.get(i).startsWith(start)) {
                return Optional.of(parse(all.subList(i, i + 1)).get(0));
            }
        }
        return Optional.empty();
    }

    /** Those of a kind, in order. */
    public static List<ObjectNode> named(List<ObjectNode> events, String name) {
        return events.stream()
                .filter(event -> event.path("event").asText().equals(name))
                .toList();
    }

    /** Events as objects, for whoever reports on the run. */
    public static List<ObjectNode> parse(List<String> lines) {
        return lines.stream()
                .map(line -> {
                    try {
                        return (ObjectNode) JSON.readTree(line);
                    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
                        throw new IllegalArgumentException("not an event: " + line, e);
                    }
                })
                .toList();
    }
}
