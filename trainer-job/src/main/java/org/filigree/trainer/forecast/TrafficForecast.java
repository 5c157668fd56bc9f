package org.filigree.trainer.forecast;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import org.filigree.trainer.averaging.AdapterWire;
import org.filigree.trainer.round.SparkRound;

/**
 * Bytes of a round, as Spark counts them.
 *
 * @param downEach the adapter as one receiver gets it: an executor, once for all its workers
 * @param upEach a worker's result; with reducers what those on other executors fetch of it, and its share of the averages
 *     that all send
 * @param workers of the run
 * @param results what spark.driver.maxResultSize must allow: it counts the results of a whole stage
 * @param fullModelEach what one receiver would get, and one worker send, if the whole model travelled in float32
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record TrafficForecast(long downEach, long upEach, int workers, long results, long fullModelEach) {

    /** Worker, first bad row, replayed rounds, steps, lengths of origin and place; then loss and tokens of each step. */
    private static final int RESULT_HEAD = 6 * Integer.BYTES;

    /** Host, base and fingerprint of what computed, about. */
    private static final int RESULT_ORIGIN = 420;

    private static final int RESULT_STEP = Double.BYTES + Long.BYTES;

    /** A task's own metrics, which come with its result. */
    private static final int SPARK_RESULT = 1_000;

    /** What Spark's own serialization puts around a task's result, generously. */
    private static final int SPARK_AROUND = 2_048;

    /**
     * @param wire of what travels each way
     * @param executors that the workers, and the reducers, share alike: a reducer fetches nothing from its own
     * @param localSteps of a round
     */
    public static TrafficForecast of(
            AdapterWire wire,
            SparkRound.Gathering gathering,
            int workers,
            int executors,
            int localSteps,
            long baseParameters) {
        var head = RESULT_HEAD + RESULT_ORIGIN + (long) localSteps * RESULT_STEP;
        return new TrafficForecast(
                wire.bytes(),
                gathering == SparkRound.Gathering.COLLECT
                        ? wire.bytes() + head + SPARK_RESULT
                        : reduced(wire, workers, executors, head),
                workers,
                gathering.bytes(workers, wire) + workers * (head + SPARK_AROUND),
                baseParameters * Float.BYTES);
    }

    private static long reduced(AdapterWire wire, int workers, int executors, long head) {
        long slices = SparkRound.Gathering.slices(workers, wire);
        // Every slice of a result has its head.
        var parts = wire.bytes() + slices * head;
        var sharing = Math.min(executors, workers);
        var averages = wire.exact().bytes() + slices * (SPARK_RESULT + RESULT_ORIGIN) + workers * head;
        return parts * (sharing - 1) / sharing + SPARK_RESULT + averages / workers;
    }

    /** Of all workers; down where each has an executor of its own. */
    public long down() {
        return downEach * workers;
    }

    public long up() {
        return upEach * workers;
    }

    public long fullModel() {
        return 2 * fullModelEach * workers;
    }
}
