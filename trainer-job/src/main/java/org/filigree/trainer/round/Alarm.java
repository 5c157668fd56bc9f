package org.filigree.trainer.round;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Tells when some time has passed. */
public interface Alarm {

    /** By the system's clock. */
    Alarm CLOCK = seconds ->
            new CompletableFuture<Void>().completeOnTimeout(null, (long) (seconds * 1e9), TimeUnit.NANOSECONDS);

    /** Completes after so many seconds; nobody waits any more where it is cancelled. */
    CompletableFuture<Void> in(double seconds);
}
