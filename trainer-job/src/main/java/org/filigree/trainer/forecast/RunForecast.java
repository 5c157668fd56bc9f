package org.filigree.trainer.forecast;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;

/**
 * What a run will take and move.
 *
 * @param compute engine, device, type and threads, in one line
 * @param checkpointMoments bytes that workers write with each checkpoint, where they keep moments
 * @param misfits Spark's settings to change; those required end a run before its first round
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record RunForecast(
        String compute,
        Memory memory,
        TrafficForecast traffic,
        long checkpointMoments,
        Work work,
        List<SparkSetting> misfits) {

    /**
     * Bytes of one executor.
     *
     * @param base the weights, once for all its tasks; mapped ones count, though executors of a node have their pages in common
     * @param session of one task
     * @param tasks at the same time
     * @param nativeBytes of base and sessions: outside of the heap, or on a GPU
     * @param heapBytes Java's heap, about
     * @param available outside of the heap; null where nobody tells
     * @param largestMicroBatch that fits, the rows of a worker's step at most; 0 for none, null where nobody tells
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Memory(
            long base,
            long session,
            int tasks,
            long nativeBytes,
            long heapBytes,
            Long available,
            int microBatch,
            int longestRow,
            Integer largestMicroBatch) {}

    /**
     * @param tokens of an epoch
     * @param targets tokens of an epoch that are trained
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Work(int rows, long tokens, long targets, int steps, int rounds, String exchange) {}

    private static final ObjectMapper JSON = new ObjectMapper();

    /** @throws FiligreeException with CONFIGURATION in one line when Spark or the cluster would end the run */
    public void requireFits() {
        var required = misfits.stream()
                .filter(SparkSetting::required)
                .map(SparkSetting::line)
                .toList();
        if (!required.isEmpty()) {
            throw new FiligreeException(Code.CONFIGURATION, String.join("; ", required));
        }
    }

    public ObjectNode json() {
        return JSON.valueToTree(this);
    }
}
