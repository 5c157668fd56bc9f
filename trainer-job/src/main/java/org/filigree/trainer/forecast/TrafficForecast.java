package org.filigree.trainer.forecast;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import org.filigree.trainer.round.Gathering;
import org.filigree.trainer.round.ResultBytes;

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

    /** @param executors that the workers, and the reducers, share alike */
    public static TrafficForecast of(ResultBytes bytes, Gathering gathering, int executors, long baseParameters) {
        return new TrafficForecast(
                bytes.wire().bytes(),
                gathering == Gathering.COLLECT ? bytes.collected() : bytes.scattered(executors),
                bytes.workers(),
                bytes.onDriver(gathering),
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
}
