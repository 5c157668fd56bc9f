package org.filigree.trainer.cli;

import java.io.PrintWriter;
import java.util.Locale;
import org.filigree.trainer.forecast.RunForecast;

/** A forecast in a few lines. */
record ForecastTable(RunForecast forecast) {

    private static final double GIB = 1L << 30;

    void print(PrintWriter out) {
        memory(out);
        traffic(out);
        var work = forecast.work();
        line(
                out,
                "%,d tokens an epoch (%,d trained) in %,d rows; %,d steps in %,d rounds",
                work.tokens(),
                work.targets(),
                work.rows(),
                work.steps(),
                work.rounds());
        for (var misfit : forecast.misfits()) {
            line(out, "%s %s", misfit.required() ? "set" : "consider", misfit.line());
        }
        out.flush();
    }

    private void memory(PrintWriter out) {
        var memory = forecast.memory();
        line(
                out,
                "an executor takes %.2f GiB outside the heap (base %.2f, %d tasks of %.2f with %d x %d tokens), heap %.1f GiB",
                memory.nativeBytes() / GIB,
                memory.base() / GIB,
                memory.tasks(),
                memory.session() / GIB,
                memory.microBatch(),
                memory.longestRow(),
                memory.heapBytes() / GIB);
        if (memory.available() != null) {
            line(
                    out,
                    "%.1f GiB are available: micro_batch_size %d is the largest that fits a worker's step",
                    memory.available() / GIB,
                    memory.largestMicroBatch());
        }
        line(out, "%s", forecast.compute());
    }

    private void traffic(PrintWriter out) {
        var traffic = forecast.traffic();
        line(
                out,
                "a round moves %s down and %s up a worker, %s in all (%s); the whole model would be %s",
                ConsoleProgress.bytes(traffic.downEach()),
                ConsoleProgress.bytes(traffic.upEach()),
                ConsoleProgress.bytes(traffic.down() + traffic.up()),
                forecast.work().exchange(),
                ConsoleProgress.bytes(traffic.fullModel()));
        if (forecast.checkpointMoments() > 0) {
            line(
                    out,
                    "a checkpoint holds %s of moments, which the workers write",
                    ConsoleProgress.bytes(forecast.checkpointMoments()));
        }
    }

    private static void line(PrintWriter out, String format, Object... values) {
        out.printf(Locale.ROOT, "forecast " + format + "%n", values);
    }
}
