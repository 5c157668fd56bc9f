package org.filigree.trainer.cli;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
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
    private static final Duration GRACE = Duration.ofSeconds(12);

    /** Between two droppings: one may meet the driver between two jobs. */
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final CountDownLatch ended = new CountDownLatch(1);
    private final ReentrantLock saving = new ReentrantLock();
    private final Duration round;
    private final Duration grace;
    private final Runnable exit;
    private volatile Runnable drop = () -> {};
    private volatile boolean received;

    /**
     * @param round how long a round may take to end
     * @param grace how long all that follows may take
     * @param exit ends the process when that is over
     */
    StopSignal(Duration round, Duration grace, Runnable exit) {
        this.round = round;
        this.grace = grace;
        this.exit = exit;
    }

    /** Hears signals from now on, until it is closed. */
    static StopSignal listening() {
        var stop = new StopSignal(ROUND, GRACE, StopSignal::exit);
        List.of("TERM", "INT").forEach(signal -> SignalUtils.register(signal, stop::heard));
        return stop;
    }

    boolean received() {
        return received;
    }

    private static void exit() {
        System.err.println("filigree: stopped before a checkpoint could be saved");
        System.exit(Code.STOPPED.exit());
    }

    /** @param jobs cancels what Spark is at, and more than once */
    void drops(Runnable jobs) {
        drop = jobs;
    }

    /** Nothing is dropped until the same thread calls {@link #saveEnds}: a checkpoint can be a job of Spark's. */
    void saveBegins() {
        saving.lock();
    }

    void saveEnds() {
        saving.unlock();
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
            var end = System.nanoTime() + grace.toNanos();
            for (var left = grace.toNanos(); left > 0; left = end - System.nanoTime()) {
                if (saving.tryLock(left, TimeUnit.NANOSECONDS)) {
                    drop();
                }
                if (ended.await(Math.min(AGAIN.toNanos(), end - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                    return;
                }
            }
            exit.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whatever becomes of it, the process must end. */
    private void drop() {
        try {
            drop.run();
        } catch (Exception e) {
            System.err.println("filigree: what Spark is at cannot be cancelled: " + e);
        } finally {
            saving.unlock();
        }
    }

    /** The work has ended, one way or the other. */
    @Override
    public void close() {
        ended.countDown();
    }
}
