package org.filigree.trainer.input;

import java.io.IOException;
import java.util.OptionalLong;
import org.filigree.config.FiligreeException;
import org.filigree.engine.Engines;
import org.filigree.engine.MemoryForecast;
import org.filigree.engine.SessionOptions;
import org.filigree.lora.AdapterPlan;
import org.filigree.model.ModelSpec;
import org.filigree.trainer.forecast.ExecutorMemory;

/** Whether base and session fit before the base is loaded, so that a machine is not driven into swap or a kill. */
record MemoryCheck(ModelSpec spec, Engines.Choice choice, SessionOptions options, ShardInput.Load load) {

    private static final double GIB = 1L << 30;

    /** @throws FiligreeException with CONFIGURATION in one line, with the largest micro-batch that would fit */
    void check(AdapterPlan plan) throws IOException {
        if (choice.device().equals("cpu")) {
            check(MemoryForecast.of(spec, plan, choice.type(), options, choice.threads()), HostMemory.available());
        }
    }

    void check(MemoryForecast forecast, OptionalLong available) {
        var executor = new ExecutorMemory(forecast, load.tasks(), load.longest());
        var needed = executor.needed(load.microBatch());
        if (available.isEmpty() || needed <= available.getAsLong()) {
            return;
        }
        var fits = executor.largest(available.getAsLong(), load.microBatch() - 1);
        throw new FiligreeException(
                FiligreeException.Code.CONFIGURATION,
                ("training needs %.1f GiB (the base %.1f in %s, %d tasks with micro-batches of %d x %d tokens %.1f), "
                                + "%.1f GiB are available: %s")
                        .formatted(
                                needed / GIB,
                                forecast.base() / GIB,
                                choice.type().name().toLowerCase(java.util.Locale.ROOT),
                                load.tasks(),
                                load.microBatch(),
                                load.longest(),
                                (needed - forecast.base()) / GIB,
                                available.getAsLong() / GIB,
                                fits > 0
                                        ? "training.micro_batch_size %d fits".formatted(fits)
                                        : "no micro-batch fits; a smaller base, base.dtype bfloat16, a shorter "
                                                + "data.max_length or training.gradient_checkpointing need less"));
    }
}
