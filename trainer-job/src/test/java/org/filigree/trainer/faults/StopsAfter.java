package org.filigree.trainer.faults;

import org.filigree.trainer.Progress;
import org.filigree.trainer.round.RoundLoop;

/** Asks a run to stop when that round is over. */
public final class StopsAfter implements Progress {

    private final int last;
    private int made;

    public StopsAfter(int last) {
        this.last = last;
    }

    @Override
    public void round(RoundLoop.Report report, double seconds) {
        made = report.round();
    }

    @Override
    public boolean stopRequested() {
        return made >= last;
    }
}
