package org.filigree.trainer.averaging;

import java.util.Comparator;
import java.util.List;

/** Sums over workers, in fp64 and in the order of workers whatever order their results came in, rounded once. */
public final class WorkerSum {

    private WorkerSum() {}

    /** What one worker sent up: {@code values [n]} and the tokens they stand for. */
    public record Part(int worker, float[] values, long tokens) {}

    /** Sum of the parts: for gradients of sums. */
    public static float[] sum(List<Part> parts) {
        return weighted(parts, false, 1);
    }

    /** Mean of the parts weighted by their tokens: for deltas. A worker without tokens does not count. */
    public static float[] mean(List<Part> parts) {
        var tokens = parts.stream().mapToLong(Part::tokens).sum();
        if (tokens == 0) {
            throw new IllegalArgumentException("no worker had a token to train");
        }
        return weighted(parts, true, tokens);
    }

    private static float[] weighted(List<Part> parts, boolean byTokens, long divisor) {
        var ordered =
                parts.stream().sorted(Comparator.comparingInt(Part::worker)).toList();
        for (var w = 0; w < ordered.size(); w++) {
            if (ordered.get(w).worker() != w) {
                throw new IllegalArgumentException(
                        "worker %d is missing or twice among %d results".formatted(w, ordered.size()));
            }
        }
        var total = new double[ordered.get(0).values().length];
        for (var part : ordered) {
            var weight = byTokens ? (double) part.tokens() : 1;
            for (var i = 0; i < total.length; i++) {
                total[i] += weight * part.values()[i];
            }
        }
        var result = new float[total.length];
        for (var i = 0; i < result.length; i++) {
            result[i] = (float) (total[i] / divisor);
        }
        return result;
    }
}
