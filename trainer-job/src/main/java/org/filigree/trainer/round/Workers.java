package org.filigree.trainer.round;

import java.util.List;

/** The workers of a round, wherever they run: each call gives every worker's result once, in any order. */
public interface Workers {

    /** One round's training from {@code values [n]}. */
    List<RoundResult> run(RoundPlan plan, float[] values, String description);

    /** Losses of rows under {@code values}. */
    List<RoundResult> score(ScorePlan plan, float[] values, String description);

    /**
     * The same for the values of a published folder, which each worker reads and compares with {@code values}.
     *
     * @param tolerance relative, of the type the folder is stored in
     */
    List<RoundResult> scorePublished(ScorePlan plan, float[] values, String folder, double tolerance);

    /** Loads the base on a worker; what computes there. */
    String fingerprint();
}
