package org.filigree.trainer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.ToLongFunction;
import org.filigree.trainer.forecast.RunForecast;
import org.filigree.trainer.round.ExecutorUse;
import org.filigree.trainer.run.EventLog;

/**
 * What a run took and moved, of executors the largest and of rounds the mean, to be put beside its forecast.
 *
 * @param mappedBytes of the native ones: the node's copy of the base, which its executors have in common
 * @param bytesDown a round, one receiver's
 * @param bytesUp a round, all workers'
 */
record Measured(
        int executors,
        long nativeBytes,
        long mappedBytes,
        long peakResident,
        long peakHeap,
        long bytesDown,
        long bytesUp) {

    static Measured of(List<ExecutorUse> executors, List<ObjectNode> events) {
        var rounds = EventLog.named(events, "round");
        return new Measured(
                executors.size(),
                largest(executors, ExecutorUse::held),
                largest(executors, ExecutorUse::mapped),
                largest(executors, ExecutorUse::peakResident),
                largest(executors, ExecutorUse::peakHeap),
                (long) rounds.stream()
                        .mapToDouble(round -> round.path("bytes_down").doubleValue()
                                / Math.max(1, round.path("executors").intValue()))
                        .average()
                        .orElse(0),
                mean(rounds, "bytes_up"));
    }

    private static long largest(List<ExecutorUse> executors, ToLongFunction<ExecutorUse> of) {
        return executors.stream().mapToLong(of).max().orElse(0);
    }

    private static long mean(List<ObjectNode> rounds, String field) {
        return (long) rounds.stream()
                .mapToLong(round -> round.path(field).longValue())
                .average()
                .orElse(0);
    }

    void tell(ObjectNode event, RunForecast forecast) {
        event.put("executors", executors)
                .put("native_bytes", nativeBytes)
                .put("native_bytes_forecast", forecast.memory().nativeBytes())
                .put("mapped_bytes", mappedBytes)
                .put("peak_heap_bytes", peakHeap)
                .put("heap_bytes_forecast", forecast.memory().heapBytes())
                .put("peak_resident_bytes", peakResident)
                .put("bytes_down", bytesDown)
                .put("bytes_down_forecast", forecast.traffic().downEach())
                .put("bytes_up", bytesUp)
                .put("bytes_up_forecast", forecast.traffic().up());
    }
}
