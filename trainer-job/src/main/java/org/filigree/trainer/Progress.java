package org.filigree.trainer;

import java.util.List;
import org.filigree.config.FiligreeException;
import org.filigree.config.RunConfigChanges.Change;
import org.filigree.dataprep.CorpusPrep;
import org.filigree.trainer.forecast.RunForecast;
import org.filigree.trainer.round.RoundLoop;

/** Hears how a run goes, on the driver's thread. Every method may be left out. */
public interface Progress {

    /** Hears nothing. */
    Progress NONE = new Progress() {};

    default void prepared(CorpusPrep.Result corpus) {}

    /** What the run will take and move, before anything is loaded. */
    default void forecast(RunForecast forecast) {}

    /**
     * The base is loaded and the first round may begin.
     *
     * @param engine what computes, one line
     * @param resumedAt round that the run goes on after; 0 for a new run
     * @param steps of the whole run
     */
    default void started(String engine, int resumedAt, int steps, long trainable, long baseParameters) {}

    /** The run goes on with a configuration that differs from the one it began with. */
    default void changed(List<Change> changes) {}

    /** The run has just ceased to be exact: {@code reason} is one line. */
    default void inexact(String reason) {}

    default void round(RoundLoop.Report report, double seconds) {}

    default void evaluated(int round, RoundLoop.Score score) {}

    /** A checkpoint is about to be written, in part by jobs of Spark's: who cancels those from here on loses it. */
    default void saveBegins() {}

    /** After {@link #saveBegins}, whatever became of it. */
    default void saveEnds() {}

    default void published(String folder) {}

    /** @throws FiligreeException with STOPPED where a stop was asked for before the first round */
    default void stopIfAsked() {
        if (stopRequested()) {
            throw new FiligreeException(FiligreeException.Code.STOPPED, "stopped before the first round");
        }
    }

    /** Asked between rounds, and when one fails: whether to stop, with a checkpoint of the last whole round. */
    default boolean stopRequested() {
        return false;
    }
}
