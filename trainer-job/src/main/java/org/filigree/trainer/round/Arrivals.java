package org.filigree.trainer.round;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A round's results as they come in: settled once all are there, or once enough are and no more need be waited for: the
 * deadline has passed, or the workers fail. Enough have a token to train, as workers without rows are the first to answer.
 * What comes later is not looked at.
 */
final class Arrivals {

    private final Attendance attendance;
    private final List<RoundResult> results = new ArrayList<>();
    private final CompletableFuture<List<RoundResult>> settled = new CompletableFuture<>();
    private boolean late;

    Arrivals(Attendance attendance) {
        this.attendance = attendance;
    }

    synchronized void arrived(RoundResult result) {
        results.add(result);
        settle();
    }

    synchronized void deadlinePassed() {
        late = true;
        settle();
    }

    /** The workers cannot bring any more. */
    synchronized void failed(Throwable reason) {
        deadlinePassed();
        settled.completeExceptionally(reason);
    }

    private void settle() {
        if (results.size() == attendance.expected().size() || (late && enough())) {
            settled.complete(List.copyOf(results));
        }
    }

    private boolean enough() {
        return results.size() >= attendance.enough() && results.stream().anyMatch(result -> result.tokens() > 0);
    }

    CompletableFuture<List<RoundResult>> settled() {
        return settled;
    }
}
