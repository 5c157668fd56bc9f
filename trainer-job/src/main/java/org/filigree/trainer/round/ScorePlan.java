package org.filigree.trainer.round;

import java.io.Serializable;

/** Which held-out rows each worker scores: rows {@code bounds[w] .. bounds[w+1]-1}. */
record ScorePlan(int[] bounds, int microBatch) implements Serializable {

    int workers() {
        return bounds.length - 1;
    }
}
