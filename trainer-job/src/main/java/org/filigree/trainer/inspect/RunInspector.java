package org.filigree.trainer.inspect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.filigree.format.FileTree;
import org.filigree.format.FormatException;
import org.filigree.trainer.run.CheckpointStore;
import org.filigree.trainer.run.EventLog;
import org.filigree.trainer.run.RunFolder;

/** A run: how far it is, what it lost last, how it ended. */
final class RunInspector {

    private static final int LAST = 5;
    private static final ObjectMapper JSON = new ObjectMapper();

    private RunInspector() {}

    static Inspection inspect(FileTree files, String path) throws IOException {
        var found = Inspection.of(Inspection.Kind.RUN, path);
        var facts = found.facts();
        var checkpoint = new CheckpointStore(files, path).newest();
        var outcome = outcome(files, path, found.shortcomings());
        facts.put("state", state(outcome, checkpoint.isPresent()));
        settings(files, path, facts);
        if (checkpoint.isPresent()) {
            var state = checkpoint.get().state();
            facts.put("checkpoint_round", state.round()).put("checkpoint_step", state.step());
        }
        losses(EventLog.parse(events(files, path, checkpoint)), facts);
        if (outcome != null) {
            // Digests are for machines that read outcome.json itself.
            outcome.path("published").forEach(folder -> ((ObjectNode) folder).remove("sha256"));
            facts.set("outcome", outcome);
            if (outcome.path("code").asInt() != 0) {
                found.shortcomings()
                        .add("%s with code %d: %s"
                                .formatted(
                                        status(outcome),
                                        outcome.path("code").asInt(),
                                        outcome.path("message").asText()));
            }
        }
        return found;
    }

    private static String state(JsonNode outcome, boolean resumable) {
        if (outcome != null && outcome.path("code").asInt() == 0) {
            return "done";
        }
        var how = outcome == null ? "unfinished" : status(outcome);
        return how + (resumable ? "; train goes on from its checkpoint" : "; no checkpoint yet");
    }

    private static String status(JsonNode outcome) {
        return outcome.path("status").asText("failed").toLowerCase(Locale.ROOT);
    }

    /** Null where there is none. */
    private static JsonNode outcome(FileTree files, String path, List<String> shortcomings) throws IOException {
        var file = FileTree.join(path, RunFolder.OUTCOME);
        if (!files.exists(file)) {
            return null;
        }
        try (var in = files.open(file)) {
            return JSON.readTree(in);
        } catch (JsonProcessingException e) {
            shortcomings.add(file + ": cut off or not JSON");
            return null;
        }
    }

    private static void settings(FileTree files, String path, ObjectNode facts) throws IOException {
        var file = FileTree.join(path, RunFolder.CONFIGURATION);
        if (!files.exists(file)) {
            return;
        }
        JsonNode yaml;
        try (var in = files.open(file)) {
            yaml = new YAMLMapper().readTree(in);
        } catch (JsonProcessingException e) {
            throw new FormatException(
                    file + ": not YAML: "
                            + e.getOriginalMessage().lines().findFirst().orElse(""),
                    e);
        }
        facts.put("run", yaml.path("run").asText());
        facts.put("base", yaml.at("/base/path").asText());
        for (var pointer : List.of("/adapter/method", "/adapter/r", "/averaging/workers", "/averaging/exchange")) {
            if (!yaml.at(pointer).isMissingNode() && !yaml.at(pointer).isNull()) {
                facts.set(pointer.substring(1).replace('/', '_'), yaml.at(pointer));
            }
        }
    }

    /** All of them where the run has ended, else those up to the checkpoint. */
    private static List<String> events(
            FileTree files, String path, java.util.Optional<CheckpointStore.Found> checkpoint) throws IOException {
        var joined = FileTree.join(path, RunFolder.EVENTS);
        if (files.exists(joined)) {
            try (var in = files.open(joined)) {
                return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
                        .lines()
                        .toList();
            }
        }
        return checkpoint.map(CheckpointStore.Found::events).orElse(List.of());
    }

    private static void losses(List<ObjectNode> events, ObjectNode facts) {
        var losses = events.stream()
                .filter(event -> event.path("event").asText().equals("round"))
                .toList();
        if (losses.isEmpty()) {
            return;
        }
        facts.put("round", losses.get(losses.size() - 1).path("round").asInt());
        var all = losses.stream()
                .flatMap(event -> java.util.stream.StreamSupport.stream(
                        event.path("losses").spliterator(), false))
                .toList();
        var last = facts.putArray("last_losses");
        all.subList(Math.max(0, all.size() - LAST), all.size()).forEach(last::add);
        events.stream()
                .filter(event -> event.path("event").asText().equals("evaluation"))
                .reduce((earlier, later) -> later)
                .ifPresent(event -> facts.set("last_evaluation", event));
    }
}
