package org.filigree.chaos;

import java.util.Locale;

/** What a run was doing when it was hit. */
enum Doing {
    /** No job yet: Spark starts, or the run is read. */
    STARTING,
    /** Jobs before the first round: executors tell what they have, the base is loaded. */
    LOADING,
    ROUND,
    EVALUATION,
    CHECKPOINT,
    PUBLISH,
    BETWEEN;

    /** By the description of Spark's job. */
    static Doing job(String description) {
        if (description.startsWith("round ")) {
            return ROUND;
        }
        if (description.startsWith("scores ")) {
            return EVALUATION;
        }
        if (description.startsWith("checkpoint ")) {
            return CHECKPOINT;
        }
        return description.startsWith("checks ") ? PUBLISH : LOADING;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
