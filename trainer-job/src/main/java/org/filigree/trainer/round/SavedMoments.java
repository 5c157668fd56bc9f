package org.filigree.trainer.round;

import java.util.List;
import org.filigree.trainer.run.CheckpointStore;

/**
 * What the workers keep, as they wrote it beside a checkpoint.
 *
 * @param files by worker
 * @param origins each once; a worker that had lost its moments has made rounds again for them
 */
public record SavedMoments(List<CheckpointStore.Entry> files, List<Origin> origins) {

    static final SavedMoments NONE = new SavedMoments(List.of(), List.of());
}
