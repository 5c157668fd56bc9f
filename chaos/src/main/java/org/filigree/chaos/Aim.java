package org.filigree.chaos;

/** The kills of a seed, one after the other. One whose moment a run does not bring is left out, so that none is waited for for ever. */
final class Aim {

    /** Runs in a row without a kill. */
    static final int PATIENCE = 5;

    private final long seed;
    private final int workers;
    private int number = 1;
    private int missed;
    private int missedInARow;

    Aim(long seed, int workers) {
        this.seed = seed;
        this.workers = workers;
    }

    Kill kill() {
        return Kill.of(seed, number, workers);
    }

    void made() {
        number++;
        missedInARow = 0;
    }

    /** A run ended before the moment came. */
    void missed(int killsOfTheRun) {
        number++;
        missed++;
        missedInARow = killsOfTheRun == 0 ? missedInARow + 1 : 0;
        if (missedInARow == PATIENCE) {
            throw new IllegalStateException("%d runs in a row without a kill".formatted(PATIENCE));
        }
    }

    /** How many were left out. */
    int leftOut() {
        return missed;
    }
}
