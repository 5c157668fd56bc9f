package org.filigree.trainer.round;

import org.filigree.trainer.averaging.AdapterWire;

/**
 * What the results of a round come to, in bytes as Spark counts them, before there are any.
 *
 * @param wire of what travels each way
 * @param workers of the round
 * @param localSteps of the round
 */
public record ResultBytes(AdapterWire wire, int workers, int localSteps) {

    /** Host, base and fingerprint of what computed, about. */
    private static final int ORIGIN = 420;

    /** A task's own metrics, which come with its result. */
    private static final int METRICS = 1_000;

    /** Java's serialization, which Spark wraps results in whatever serializer they had, writes so many bytes at a time ... */
    private static final int BLOCK = 1_024;

    /** ... and before them a head. */
    private static final int BLOCK_HEAD = 5;

    /** What a worker sends to a driver that collects. */
    public long collected() {
        return result(wire.bytes() + head());
    }

    /**
     * What a worker sends to reducers on other executors, and its share of the averages that all send.
     *
     * @param executors that the workers, and the reducers, share alike: a reducer fetches nothing from its own
     */
    public long scattered(int executors) {
        long slices = slices(workers, wire);
        // Every slice of a result has its head.
        var parts = wire.bytes() + slices * head();
        var sharing = Math.min(executors, workers);
        return parts * (sharing - 1) / sharing + METRICS + averages() / workers;
    }

    /** What the driver receives at most: Spark may tell more of its tasks than it mostly does. */
    public long onDriver(Gathering gathering) {
        return (gathering == Gathering.COLLECT ? workers * collected() : averages()) + (long) workers * METRICS;
    }

    /** Reducers: no more than there are units. */
    static int slices(int workers, AdapterWire wire) {
        return Math.min(workers, wire.units().size());
    }

    /** What reducers send together: the workers' losses are in one of them. */
    private long averages() {
        long slices = slices(workers, wire);
        return result(wire.exact().bytes() + slices * ORIGIN + workers * head()) + (slices - 1) * METRICS;
    }

    private static long result(long frame) {
        return frame + frame / BLOCK * BLOCK_HEAD + METRICS;
    }

    private long head() {
        return RoundResult.HEADER + ORIGIN + (long) localSteps * RoundResult.STEP;
    }
}
