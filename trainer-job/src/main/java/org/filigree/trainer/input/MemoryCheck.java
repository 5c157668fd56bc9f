package org.filigree.trainer.input;

import java.io.IOException;
import java.util.OptionalLong;
import org.filigree.config.FiligreeException;
import org.filigree.engine.Engines;
import org.filigree.engine.MemoryForecast;
import org.filigree.engine.SessionOptions;
import org.filigree.lora.AdapterPlan;
import org.filigree.model.ModelSpec;

/** Whether base and session fit before the base is loaded, so that a machine is not driven into swap or a kill. */
record MemoryCheck(ModelSpec spec, Engines.Choice choice, SessionOptions options, ShardInput.Load load) {

    private static final double GIB = 1L << 30;

    /** @throws FiligreeException with CONFIGURATION in one line, with the largest micro-batch that would fit */
    void check(AdapterPlan plan) throws IOException {
        if (choice.device().equals("cpu")) {
            check(MemoryForecast.of(spec, plan, choice.type(), options), HostMemory.available());
        }
    }

    void check(MemoryForecast forecast, OptionalLong available) {
        var needed = needed(forecast, load.microBatch());
        if (available.isEmpty() || needed <= available.getAsLong()) {
            return;
        }
        var fits = largest(forecast, available.getAsLong());
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

    private long needed(MemoryForecast forecast, int microBatch) {
        return forecast.base() + load.tasks() * forecast.session((long) microBatch * load.longest());
    }

    private int largest(MemoryForecast forecast, long available) {
        var rows = load.microBatch() - 1;
        while (rows > 0 && needed(forecast, rows) > available) {
            rows--;
        }
        return rows;
    }
}
