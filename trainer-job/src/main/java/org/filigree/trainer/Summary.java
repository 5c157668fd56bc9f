package org.filigree.trainer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.filigree.config.FiligreeException;
import org.filigree.config.RunConfig;
import org.filigree.trainer.run.EventLog;
import org.filigree.trainer.run.Outcome;

/** A run's events in a few numbers. */
record Summary(
        int rounds,
        int steps,
        long tokens,
        Double firstLoss,
        Double lastLoss,
        Double heldOutBefore,
        Double heldOutAfter,
        Double heldOutBest,
        int trainable,
        long baseParameters) {

    static Summary of(List<ObjectNode> events) {
        var rounds = EventLog.named(events, "round");
        var start = events.isEmpty() ? MissingNode.getInstance() : events.get(0);
        var evaluations = EventLog.named(events, "evaluation");
        var losses = rounds.stream()
                .flatMap(round -> java.util.stream.StreamSupport.stream(
                        round.path("losses").spliterator(), false))
                .map(JsonNode::doubleValue)
                .toList();
        var scores = evaluations.stream().map(e -> e.path("loss").doubleValue()).toList();
        return new Summary(
                rounds.size(),
                losses.size(),
                rounds.stream().mapToLong(r -> r.path("tokens").longValue()).sum(),
                losses.isEmpty() ? null : losses.get(0),
                losses.isEmpty() ? null : losses.get(losses.size() - 1),
                scores.isEmpty() ? null : scores.get(0),
                scores.isEmpty() ? null : scores.get(scores.size() - 1),
                scores.stream().min(Double::compare).orElse(null),
                start.path("trainable").intValue(),
                start.path("base_parameters").longValue());
    }

    Outcome outcome(
            RunConfig config,
            Trainee trainee,
            String reason,
            Exactness exactness,
            List<Outcome.Published> published,
            double seconds) {
        return new Outcome(
                config.run(),
                Outcome.Status.DONE,
                0,
                reason,
                rounds,
                steps,
                tokens,
                firstLoss,
                lastLoss,
                heldOutBefore,
                heldOutAfter,
                heldOutBest,
                trainable,
                baseParameters,
                trainee.corpus(),
                exactness.holds() && config.averaging().quorum() == null,
                exactness.machines(),
                published,
                seconds);
    }

    /**
     * What stands of a run that did not come to its end.
     *
     * @param machines as the newest checkpoint has them
     */
    Outcome failed(RunConfig config, FiligreeException failure, List<Map<String, String>> machines, double seconds) {
        return new Outcome(
                config.run(),
                failure.code() == FiligreeException.Code.STOPPED ? Outcome.Status.STOPPED : Outcome.Status.FAILED,
                failure.code().exit(),
                failure.getMessage(),
                rounds,
                steps,
                tokens,
                firstLoss,
                lastLoss,
                heldOutBefore,
                heldOutAfter,
                heldOutBest,
                trainable,
                baseParameters,
                null,
                null,
                machines,
                List.of(),
                seconds);
    }
}
