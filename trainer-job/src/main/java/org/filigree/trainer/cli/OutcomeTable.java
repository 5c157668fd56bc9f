package org.filigree.trainer.cli;

import java.io.PrintWriter;
import java.util.Locale;
import org.filigree.config.RunConfig;
import org.filigree.format.FileTree;
import org.filigree.trainer.run.Outcome;
import org.filigree.trainer.run.RunFolder;

/** What a run came to, in a few lines. */
record OutcomeTable(RunConfig config, Outcome outcome) {

    void print(PrintWriter out) {
        var folder = FileTree.join(config.output(), config.run());
        line(
                out,
                "trained",
                "%,d steps in %,d rounds, %,d tokens (%s)",
                outcome.steps(),
                outcome.rounds(),
                outcome.tokens(),
                outcome.message());
        line(
                out,
                "trainable",
                "%,d parameters, %.2f%% of the base",
                outcome.trainable(),
                100.0 * outcome.trainable() / outcome.baseParameters());
        if (outcome.heldOutBefore() != null) {
            line(
                    out,
                    "held-out loss",
                    "%.4f before, %.4f after, %.4f at best",
                    outcome.heldOutBefore(),
                    outcome.heldOutAfter(),
                    outcome.heldOutBest());
        }
        for (var published : outcome.published()) {
            line(
                    out,
                    published.which(),
                    "%s (%s)",
                    FileTree.join(folder, published.path()),
                    ConsoleProgress.bytes(published.bytes()));
        }
        line(out, "report", "%s", FileTree.join(folder, RunFolder.REPORT));
        out.flush();
    }

    private static void line(PrintWriter out, String name, String format, Object... values) {
        out.printf(Locale.ROOT, "%-14s %s%n", name, String.format(Locale.ROOT, format, values));
    }
}
