package org.filigree.trainer.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * How a run ended: outcome.json, written last. It is the contract in every deploy mode, since cluster modes lose exit
 * codes. A published folder counts when an outcome names it.
 *
 * @param code the exit code
 * @param message one line; for a failure what went wrong, what was saved and how to go on
 * @param exact whether all of it was computed on machines of one fingerprint, by all workers in every round; null where it did not end
 * @param machines the parts of their fingerprints
 * @param heldOutBefore held-out loss before training; null without held-out rows
 * @param seconds of this driver's work
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Outcome(
        String run,
        Status status,
        int code,
        String message,
        int rounds,
        int steps,
        long tokens,
        Double firstLoss,
        Double lastLoss,
        Double heldOutBefore,
        Double heldOutAfter,
        Double heldOutBest,
        long trainable,
        long baseParameters,
        String corpus,
        Boolean exact,
        List<Map<String, String>> machines,
        List<Published> published,
        double seconds) {

    public enum Status {
        @JsonProperty("done")
        DONE,
        @JsonProperty("failed")
        FAILED,
        @JsonProperty("stopped")
        STOPPED
    }

    /**
     * A folder that PEFT (after full training: transformers) loads.
     *
     * @param path below the run folder
     * @param which {@code last} or {@code best}
     * @param bytes of all its files
     * @param sha256 file -> digest
     */
    public record Published(String path, String which, long bytes, SortedMap<String, String> sha256) {}
}
