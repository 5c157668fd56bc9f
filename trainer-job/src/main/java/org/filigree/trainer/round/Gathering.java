package org.filigree.trainer.round;

/** How results come together. The averages have the same bits either way, so it may depend on the machine. */
public enum Gathering {
    /** The driver has all workers' results, and averages them. */
    COLLECT,

    /** Reducers average slices, and the driver has the averages: in float32, whatever the wire. */
    REDUCE_SCATTER;

    /** So many workers' results, and so little, a driver averages sooner than a shuffle is over. */
    private static final int FEW = 16;

    private static final long LITTLE = 256L << 20;

    /** Adapters, as they travel, that a worker sends up at most where it can be helped. */
    private static final double ALLOWED = 1.05;

    /**
     * Collects what is few and little, and what reducers would make more bytes of than a worker is allowed: each sends
     * averages in float32.
     *
     * @param room for a round's results on the driver, in bytes
     */
    public static Gathering of(ResultBytes bytes, long room) {
        var results = bytes.onDriver(COLLECT);
        if (results > room) {
            return REDUCE_SCATTER;
        }
        var sooner = bytes.workers() <= FEW && results <= LITTLE;
        var allowed = ALLOWED * bytes.wire().bytes();
        return sooner || bytes.scattered(bytes.workers()) > allowed ? COLLECT : REDUCE_SCATTER;
    }
}
