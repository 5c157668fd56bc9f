package org.filigree.benchmarks;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What a driver's wall time goes to, by looking at its threads' stacks a hundred times a second: of the thread that runs the
 * rounds, or, where that waits for threads that average for it, of those, in equal parts.
 */
final class DriverPhases implements AutoCloseable {

    enum Phase {
        ENCODE("AdapterWire.encode"),
        BROADCAST("SparkContext.broadcast"),
        TASKS("SparkContext.runJob"),
        COUNTS("TrafficListener"),
        DRIFT("Drift"),
        PRODUCT("ProductMean"),
        DECODE_AND_SUM("RoundSum,SliceAverage"),
        OUTER_STEP("DriverUpdate"),
        CHECKPOINT("CheckpointStore"),
        OTHER("");

        private final String marks;

        /** @param marks starts of type and method, with commas between them */
        Phase(String marks) {
            this.marks = marks;
        }

        private boolean has(StackTraceElement frame) {
            var type = frame.getClassName();
            var place = type.substring(type.lastIndexOf('.') + 1) + "." + frame.getMethodName();
            return this != OTHER && Stream.of(marks.split(",")).anyMatch(place::startsWith);
        }
    }

    private static final int MILLISECONDS = 10;
    private static final String OF_THE_POOL = "pool-";

    private final Thread driver = Thread.currentThread();
    private final Thread sampler = new Thread(this::sample, "phases");
    private final Map<Phase, Double> seconds = new EnumMap<>(Phase.class);
    private boolean ended;

    /** Looks at the thread that calls this, until it is closed. */
    DriverPhases() {
        sampler.setDaemon(true);
        sampler.start();
    }

    private void sample() {
        var last = System.nanoTime();
        try {
            while (true) {
                TimeUnit.MILLISECONDS.sleep(MILLISECONDS);
                var now = System.nanoTime();
                if (!add((now - last) / 1e9)) {
                    return;
                }
                last = now;
            }
        } catch (InterruptedException e) {
            // close() ends the last sleep.
        }
    }

    private synchronized boolean add(double passed) {
        if (ended) {
            return false;
        }
        var own = phase(driver.getStackTrace());
        var helpers = own == Phase.DECODE_AND_SUM
                ? Thread.getAllStackTraces().entrySet().stream()
                        .filter(entry -> entry.getKey().getName().startsWith(OF_THE_POOL))
                        .map(entry -> phase(entry.getValue()))
                        .filter(phase -> phase != Phase.OTHER)
                        .toList()
                : List.<Phase>of();
        for (var phase : helpers.isEmpty() ? List.of(own) : helpers) {
            seconds.merge(phase, passed / Math.max(1, helpers.size()), Double::sum);
        }
        return true;
    }

    /** That of the innermost frame that has one. */
    private static Phase phase(StackTraceElement[] stack) {
        for (var frame : stack) {
            for (var phase : Phase.values()) {
                if (phase.has(frame)) {
                    return phase;
                }
            }
        }
        return Phase.OTHER;
    }

    synchronized double seconds(Phase phase) {
        return seconds.getOrDefault(phase, 0.0);
    }

    @Override
    public synchronized void close() {
        ended = true;
        sampler.interrupt();
    }
}
