package org.filigree.trainer.round;

import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.TaskContext;
import org.filigree.engine.Base;
import org.filigree.lora.AdapterPlan;
import org.filigree.text.TokenRow;

/** Fails the first attempt of every task that comes to one row, after other rows have left their gradients behind. */
record FailingOnce(TinyInput input, int badRow) implements WorkerInput {

    static final AtomicInteger FAULTS = new AtomicInteger();

    @Override
    public String fingerprint() {
        return input.fingerprint();
    }

    @Override
    public Base load() {
        return input.load();
    }

    @Override
    public AdapterPlan plan() {
        return input.plan();
    }

    @Override
    public TokenRow row(int id) {
        if (id == badRow && TaskContext.get().attemptNumber() == 0) {
            FAULTS.incrementAndGet();
            throw new IllegalStateException("lost on purpose");
        }
        return input.row(id);
    }
}
