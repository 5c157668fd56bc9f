package org.filigree.trainer.round;

import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.TaskContext;
import org.filigree.engine.Base;
import org.filigree.engine.SessionOptions;
import org.filigree.lora.AdapterPlan;
import org.filigree.model.ModelSpec;

/** Fails the first attempt of every task that comes to one row, after other rows have left their gradients behind. */
record FailingOnce(TinyInput input, int badRow) implements WorkerInput {

    static final AtomicInteger FAULTS = new AtomicInteger();

    @Override
    public String baseFingerprint() {
        return input.baseFingerprint();
    }

    @Override
    public Base load() {
        return input.load();
    }

    @Override
    public SessionOptions options() {
        return input.options();
    }

    @Override
    public AdapterPlan plan(ModelSpec spec) {
        return input.plan(spec);
    }

    @Override
    public float[] published(String folder, AdapterPlan plan) {
        return input.published(folder, plan);
    }

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
            return TinyInput.row(id);
        };
    }
}
