package org.filigree.trainer.round;

import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.TaskContext;

/** Fails the first attempt of every task that comes to one row, after other rows have left their gradients behind. */
record FailingOnce(TinyInput input, int badRow) implements LikeTinyInput {

    static final AtomicInteger FAULTS = new AtomicInteger();

    @Override
    public String corpusFingerprint() {
        return input.corpusFingerprint() + " failing at " + badRow;
    }

    @Override
    public Rows rows(Side side) {
        return id -> {
            if (id == badRow && TaskContext.get().attemptNumber() == 0) {
                FAULTS.incrementAndGet();
                throw new IllegalStateException("lost on purpose");
            }
            return TinyRows.row(id);
        };
    }
}
