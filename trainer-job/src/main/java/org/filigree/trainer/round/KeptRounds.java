package org.filigree.trainer.round;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.filigree.trainer.run.CheckpointStore;
import org.filigree.trainer.run.CheckpointStore.Entry;

/**
 * What the driver holds so that workers can keep moments: the newest checkpoint's files, the rounds since with what they
 * sent down, and where each worker was last.
 */
final class KeptRounds implements AutoCloseable {

    private final String run = UUID.randomUUID().toString();
    private final List<SentRound> since = new ArrayList<>();
    private int checkpoint;
    private String runFolder = "";
    private List<Entry> saved = List.of();
    private List<String> places = List.of();

    /** For the tasks of a round, or of a checkpoint, that follows {@code round}: the newest, or one that was made since. */
    KeptMoments after(int round) {
        var newest = checkpoint + since.size();
        if (round < checkpoint || round > newest) {
            throw new IllegalStateException(
                    "moments are kept of round %d, wanted those of round %d".formatted(newest, round));
        }
        return new KeptMoments(run, checkpoint, runFolder, saved, List.copyOf(since.subList(0, round - checkpoint)));
    }

    /** By worker, as Spark names them; empty before the first round. */
    List<String> places() {
        return places;
    }

    /**
     * In place of the round as it was made before, if its state was dropped. Executors need not hold on to what was sent,
     * as they can fetch it again.
     */
    void made(SentRound round, List<RoundResult> byWorker) {
        var before = since.subList(round.plan().round() - 1 - checkpoint, since.size());
        before.forEach(dropped -> dropped.down().destroy());
        before.clear();
        since.add(round);
        places = byWorker.stream()
                .sorted(Comparator.comparingInt(RoundResult::worker))
                .map(RoundResult::place)
                .toList();
        round.down().unpersist(false);
    }

    /** A checkpoint stands: what was before it is not needed any more. */
    void goOnFrom(String folder, CheckpointStore.Manifest manifest) {
        close();
        checkpoint = manifest.round();
        runFolder = folder;
        saved = manifest.moments();
    }

    @Override
    public void close() {
        since.forEach(round -> round.down().destroy());
        since.clear();
    }
}
