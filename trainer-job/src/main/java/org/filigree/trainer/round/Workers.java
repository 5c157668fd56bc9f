package org.filigree.trainer.round;

import java.util.List;
import org.filigree.trainer.averaging.AdapterState;
import org.filigree.trainer.run.CheckpointStore;

/** The workers of a round, wherever they run. */
public interface Workers extends AutoCloseable {

    /** One round's training from {@code state}; what the workers that {@code attendance} waits for made of it together. */
    RoundSum train(RoundPlan plan, Attendance attendance, AdapterState state, String description);

    /**
     * Writes what each worker keeps of AdamW's moments after a round, each from where it is.
     *
     * @param folder of a checkpoint, below {@code runFolder}
     */
    SavedMoments saveMoments(int round, int workers, String runFolder, String folder);

    /** A checkpoint stands: where workers keep moments, lost ones are had from its files and the rounds since. */
    void goOnFrom(String runFolder, CheckpointStore.Manifest checkpoint);

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
