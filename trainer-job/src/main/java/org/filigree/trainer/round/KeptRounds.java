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

    /** For the tasks of a round, or of a checkpoint, that follows {@code round}. */
    KeptMoments after(int round) {
        var kept = new KeptMoments(run, checkpoint, runFolder, saved, List.copyOf(since));
        if (kept.round() != round) {
            throw new IllegalStateException(
                    "moments are kept of round %d, wanted those of round %d".formatted(kept.round(), round));
        }
        return kept;
    }

    /** By worker, as Spark names them; empty before the first round. */
    List<String> places() {
        return places;
    }

    /** Executors need not hold on to what was sent, as they can fetch it again. */
    void made(SentRound round, List<RoundResult> byWorker) {
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
