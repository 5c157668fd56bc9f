package org.filigree.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What a driver's time goes to, by looking at its threads' stacks a hundred times a second. Wall time is that of the thread
 * that runs the rounds, or, where that waits for threads that average for it, theirs in equal parts; CPU time is that of
 * all of these. Beside other work on the machine CPU time says more.
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

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int MILLISECONDS = 10;
    private static final String OF_THE_POOL = "pool-";

    private final Thread driver = Thread.currentThread();
    private final Thread sampler = new Thread(this::sample, "phases");
    private final Map<Phase, Double> wall = new EnumMap<>(Phase.class);
    private final Map<Phase, Double> cpu = new EnumMap<>(Phase.class);
    private final Map<Long, Long> spent = new HashMap<>();
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
        spend(driver, own);
        var helping = new ArrayList<Phase>();
        if (own == Phase.DECODE_AND_SUM || own == Phase.ENCODE) {
            Thread.getAllStackTraces().forEach((thread, stack) -> {
                var phase = phase(stack);
                if (thread.getName().startsWith(OF_THE_POOL) && phase != Phase.OTHER) {
                    spend(thread, phase);
                    helping.add(phase);
                }
            });
        }
        for (var phase : helping.isEmpty() ? List.of(own) : helping) {
            wall.merge(phase, passed / Math.max(1, helping.size()), Double::sum);
        }
        return true;
    }

    private void spend(Thread thread, Phase phase) {
        var now = THREADS.getThreadCpuTime(thread.getId());
        var before = spent.put(thread.getId(), now);
        // A thread seen for the first time was made for this phase, but for the driver's own.
        if (now >= 0 && (before != null || thread != driver)) {
            cpu.merge(phase, (now - (before == null ? 0 : before)) / 1e9, Double::sum);
        }
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

    synchronized double wall(Phase phase) {
        return wall.getOrDefault(phase, 0.0);
    }

    synchronized double cpu(Phase phase) {
        return cpu.getOrDefault(phase, 0.0);
    }

    @Override
    public synchronized void close() {
        ended = true;
        sampler.interrupt();
    }
}
