package org.filigree.trainer.round;

import java.io.Serializable;

/** Which rows of a side each worker scores: rows {@code bounds[w] .. bounds[w+1]-1}. */
public record ScorePlan(WorkerInput.Side side, int[] bounds, int microBatch) implements Serializable {

    public int workers() {
        return bounds.length - 1;
    }
}
