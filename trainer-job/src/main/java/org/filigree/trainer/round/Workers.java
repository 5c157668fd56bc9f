package org.filigree.trainer.round;

import java.util.List;
import org.filigree.trainer.averaging.AdapterState;

/** The workers of a round, wherever they run. */
public interface Workers extends AutoCloseable {

    /** One round's training from {@code state}; what all workers made of it together. */
    RoundSum train(RoundPlan plan, AdapterState state, String description);

    /** Losses of rows under {@code values [n]}: every worker's result once, in any order. */
    List<RoundResult> score(ScorePlan plan, float[] values, String description);

    /**
     * The same for the values of a published folder, which each worker reads and compares with {@code values}.
     *
     * @param tolerance relative, of the type the folder is stored in
     */
    List<RoundResult> scorePublished(ScorePlan plan, float[] values, String folder, double tolerance);

    /** Loads the base where so many workers run just now; what computes there, one a worker. */
    List<Origin> origins(int workers);

    @Override
    void close();
}
