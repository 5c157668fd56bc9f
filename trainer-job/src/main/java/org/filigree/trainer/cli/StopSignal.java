package org.filigree.trainer.cli;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.spark.util.SignalUtils;
import org.filigree.config.FiligreeException.Code;

/**
 * SIGTERM and Ctrl-C, as a request to stop: the round at hand may end or else is dropped, what there is is saved, and the
 * process ends by itself. A hook of the JVM's shutdown would be too late: Spark's own stops the session beside it. A second
 * signal ends the process as ever.
 */
final class StopSignal implements AutoCloseable {

    /** A round that takes longer is dropped. */
    private static final Duration ROUND = Duration.ofSeconds(8);

    /** From then on: what a scheduler usually grants before it kills, less some. */
    private static final Duration SAVING = Duration.ofSeconds(12);

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Duration round;
    private volatile Runnable drop = () -> {};
    private volatile boolean received;

    /** @param round how long a round may take to end */
    StopSignal(Duration round) {
        this.round = round;
    }

    /** Hears signals from now on, until it is closed. */
    static StopSignal listening() {
        var stop = new StopSignal(ROUND);
        List.of("TERM", "INT").forEach(signal -> SignalUtils.register(signal, stop::heard));
        return stop;
    }

    boolean received() {
        return received;
    }

    /** @param jobs cancels what Spark is at */
    void drops(Runnable jobs) {
        drop = jobs;
    }

    /** False where the signal should do what it does without us. */
    synchronized boolean heard() {
        if (received || ended.getCount() == 0) {
            return false;
        }
        received = true;
        var watch = new Thread(this::watch, "filigree-stop");
        watch.setDaemon(true);
        watch.start();
        return true;
    }

    private void watch() {
        try {
            if (ended.await(round.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
            drop.run();
            if (!ended.await(SAVING.toMillis(), TimeUnit.MILLISECONDS)) {
                System.err.println("filigree: stopped before a checkpoint could be saved");
                System.exit(Code.STOPPED.exit());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The work has ended, one way or the other. */
    @Override
    public void close() {
        ended.countDown();
    }
}
