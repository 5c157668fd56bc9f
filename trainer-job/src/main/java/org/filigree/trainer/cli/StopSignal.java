package org.filigree.trainer.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * SIGTERM and Ctrl-C, as a request to stop: while the JVM shuts down, the work is given some time to save what it has.
 * The process then ends with 143, as the signal has it.
 */
final class StopSignal implements AutoCloseable {

    /** What a scheduler usually grants before it kills, less some. */
    private static final int GRACE_SECONDS = 20;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook = new Thread(this::await, "filigree-stop");
    private volatile boolean received;

    StopSignal() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    boolean received() {
        return received;
    }

    private void await() {
        received = true;
        try {
            if (!ended.await(GRACE_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("filigree: stopped before a checkpoint could be saved");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The work has ended, one way or the other. */
    @Override
    public void close() {
        ended.countDown();
        if (!received) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }
}
