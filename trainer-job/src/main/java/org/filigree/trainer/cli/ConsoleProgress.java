package org.filigree.trainer.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfigChanges.Change;
import org.filigree.dataprep.CorpusPrep;
import org.filigree.trainer.Progress;
import org.filigree.trainer.forecast.RunForecast;
import org.filigree.trainer.round.RoundLoop;

/** A line for what happens, and one every few seconds for rounds. */
class ConsoleProgress implements Progress {

    /** A round is shown when this long has passed since the last that was. */
    private static final double SECONDS_BETWEEN = 2;

    private final PrintWriter out;
    private final RunConfig config;
    private int steps;
    private int stepsMade;
    private double trained;
    private double sinceShown = SECONDS_BETWEEN;
    private long tokensSinceShown;
    private double secondsSinceShown;

    ConsoleProgress(PrintWriter out, RunConfig config) {
        this.out = out;
        this.config = config;
    }

    private void say(String format, Object... values) {
        out.printf(Locale.ROOT, format + "%n", values);
        out.flush();
    }

    @Override
    public void prepared(CorpusPrep.Result corpus) {
        var manifest = corpus.manifest();
        say(
                "corpus   %,d rows, %,d tokens (%,d trained), longest %,d; held out %,d rows%s",
                manifest.train().rows(),
                manifest.train().tokens(),
                manifest.train().targets(),
                manifest.train().longest(),
                manifest.heldOut().rows(),
                corpus.reused() ? "; prepared before" : "");
        if (manifest.count("duplicates") > 0) {
            say("corpus   %,d duplicates left out", manifest.count("duplicates"));
        }
        if (manifest.count("rejected") > 0) {
            say(
                    "corpus   %,d of %,d rows rejected: %s; see %s/rejects",
                    manifest.count("rejected"), manifest.count("read"), manifest.rejected(), corpus.folder());
        }
        say("shards   %s", corpus.folder());
    }

    @Override
    public void forecast(RunForecast forecast) {
        new ForecastTable(forecast).print(out);
    }

    @Override
    public void started(String engine, int resumedAt, int total, long trainable, long baseParameters) {
        steps = total;
        say("engine   %s", engine);
        say(
                "adapter  %s, %,d trainable parameters, %.2f%% of the base's %,d",
                config.adapter().name(), trainable, 100.0 * trainable / baseParameters, baseParameters);
        if (resumedAt > 0) {
            say("resumed  after round %d", resumedAt);
        }
    }

    @Override
    public void changed(List<Change> changes) {
        changes.forEach(change -> say("changed  %s: %s, was %s", change.field(), change.now(), change.then()));
    }

    @Override
    public void inexact(String reason) {
        say("inexact  %s", reason);
    }

    @Override
    public void round(RoundLoop.Report report, double seconds) {
        trained += seconds;
        sinceShown += seconds;
        tokensSinceShown += report.tokens();
        secondsSinceShown += seconds;
        stepsMade += report.losses().length;
        if (sinceShown < SECONDS_BETWEEN && report.step() < steps) {
            return;
        }
        var left = trained / stepsMade * (steps - report.step());
        say(
                "round    %d  step %d/%d  loss %.4f  %,.0f trained tokens/s%s%s  %s left",
                report.round(),
                report.step(),
                steps,
                report.losses()[report.losses().length - 1],
                tokensSinceShown / secondsSinceShown,
                Double.isNaN(report.drift()) ? "" : String.format(Locale.ROOT, "  drift %.2g", report.drift()),
                report.traffic() == null
                        ? ""
                        : "  down %s up %s a round"
                                .formatted(
                                        bytes(report.traffic().down()),
                                        bytes(report.traffic().up())),
                clock(left));
        sinceShown = 0;
        tokensSinceShown = 0;
        secondsSinceShown = 0;
    }

    @Override
    public void evaluated(int round, RoundLoop.Score score) {
        say(
                "held out round %d  loss %.4f  perplexity %.2f  accuracy %.1f%%",
                round, score.loss(), Math.exp(score.loss()), 100 * score.accuracy());
    }

    @Override
    public void published(String folder) {
        say("adapter  %s", folder);
    }

    static String bytes(long bytes) {
        return bytes < 10_000
                ? bytes + " B"
                : bytes < 10_000_000
                        ? String.format(Locale.ROOT, "%.0f kB", bytes / 1e3)
                        : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }

    private static String clock(double seconds) {
        var whole = Math.round(seconds);
        return "%d:%02d".formatted(whole / 60, whole % 60);
    }
}
