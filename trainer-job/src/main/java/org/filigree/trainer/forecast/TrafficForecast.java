package org.filigree.trainer.forecast;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import org.filigree.config.RunConfig;

/**
 * Bytes of a round.
 *
 * @param downEach the adapter as one receiver gets it: an executor, once for all its workers
 * @param upEach a worker's result
 * @param workers of the run
 * @param fullModelEach what one receiver would get, and one worker send, if the whole model travelled in float32
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record TrafficForecast(long downEach, long upEach, int workers, long fullModelEach) {

    /** Worker, first bad row, steps; then loss and tokens of each step. */
    private static final int RESULT_HEAD = 3 * Integer.BYTES;

    private static final int RESULT_STEP = Double.BYTES + Long.BYTES;

    /** What Spark's own serialization puts around a task's result, generously. */
    private static final int SPARK_AROUND = 2_048;

    /** @param trainable numbers of the adapter */
    public static TrafficForecast of(long trainable, long baseParameters, RunConfig.Averaging averaging) {
        var adapter = trainable * Float.BYTES;
        return new TrafficForecast(
                adapter,
                adapter + RESULT_HEAD + (long) averaging.localSteps() * RESULT_STEP,
                averaging.workers(),
                baseParameters * Float.BYTES);
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

    /** What spark.driver.maxResultSize must allow: it counts the results of a whole stage, which are a round's. */
    public long results() {
        return (upEach + SPARK_AROUND) * workers;
    }
}
