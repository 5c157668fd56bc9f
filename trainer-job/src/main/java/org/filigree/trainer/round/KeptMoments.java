package org.filigree.trainer.round;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.List;
import org.filigree.lora.AdamW;
import org.filigree.trainer.moments.MomentsFile;
import org.filigree.trainer.run.CheckpointStore.Entry;

/**
 * How a task comes by its worker's moments after the last round: this JVM still has them, or it takes those of the newest
 * checkpoint and makes the rounds since once more. The bits are the same.
 *
 * @param run under which JVMs keep them, another for each driver
 * @param checkpoint its round
 * @param runFolder that {@code saved} lies below
 * @param saved by worker; empty where all moments were zero
 * @param since the rounds after the checkpoint, in order
 */
record KeptMoments(String run, int checkpoint, String runFolder, List<Entry> saved, List<SentRound> since)
        implements Serializable {

    /** @param replayed rounds made once more for them */
    record Found(AdamW.Moments moments, int replayed) {}

    int round() {
        return checkpoint + since.size();
    }

    Found find(ExecutorCache.Lease lease, int worker) {
        var here = ExecutorCache.OF_THIS_JVM.moments().after(run, worker, round());
        return here.isPresent()
                ? new Found(here.get(), 0)
                : new Found(replayed(lease, worker, saved(lease, worker)), since.size());
    }

    /** What the worker had after a later round than those that {@link #find} looks for. */
    void leave(int worker, int round, AdamW.Moments moments) {
        ExecutorCache.OF_THIS_JVM.moments().put(run, worker, round, moments);
    }

    private AdamW.Moments saved(ExecutorCache.Lease lease, int worker) {
        if (saved.isEmpty()) {
            return AdamW.Moments.zero(lease.plan().layout().size());
        }
        try {
            return new MomentsFile(lease.files(), runFolder).read(saved.get(worker));
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private AdamW.Moments replayed(ExecutorCache.Lease lease, int worker, AdamW.Moments from) {
        var moments = from;
        for (var round : since) {
            var outcome = round.train(lease, worker, moments);
            if (outcome.failed()) {
                throw new IllegalStateException("round %d of worker %d was finite, made once more it is not"
                        .formatted(round.plan().round(), worker));
            }
            moments = outcome.moments();
        }
        return moments;
    }
}
