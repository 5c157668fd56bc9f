package org.filigree.chaos;

import java.time.Duration;
import org.filigree.lora.CounterRandom;

/**
 * One kill: whom, when. A function of the seed and its number, so the same seed makes the same sequence; what the victim is
 * doing at that moment is the machine's affair.
 *
 * @param number from 1
 * @param worker whose executor it is, or the worker itself
 * @param delay after the moment
 */
record Kill(int number, Victim victim, int worker, Moment moment, Duration delay) {

    enum Victim {
        EXECUTOR,
        /** With its executors; it starts again at once. */
        WORKER,
        DRIVER
    }

    enum Moment {
        /** Of the kill before, or the start of the first driver: whatever has come back by then. */
        KILL_BEFORE,
        /** The end of a round that began after the kill before. */
        ROUND,
        /** The driver begins to write a checkpoint; no delay. */
        CHECKPOINT,
        /** The driver begins to publish; no delay. */
        PUBLISH
    }

    private static final int LONGEST_MILLIS = 1_500;

    static Kill of(long seed, int number, int workers) {
        var key = CounterRandom.key(seed, CounterRandom.name("chaos"), number);
        var victim = victim(CounterRandom.uniform(key, 0));
        var moment = moment(victim, CounterRandom.uniform(key, 1));
        var aimed = moment == Moment.CHECKPOINT || moment == Moment.PUBLISH;
        return new Kill(
                number,
                victim,
                (int) CounterRandom.below(key, 2, workers),
                moment,
                Duration.ofMillis(aimed ? 0 : CounterRandom.below(key, 3, LONGEST_MILLIS)));
    }

    private static Victim victim(double share) {
        if (share < 0.6) {
            return Victim.EXECUTOR;
        }
        return share < 0.75 ? Victim.WORKER : Victim.DRIVER;
    }

    private static Moment moment(Victim victim, double share) {
        if (victim == Victim.DRIVER && share < 0.4) {
            return share < 0.25 ? Moment.CHECKPOINT : Moment.PUBLISH;
        }
        return share < 0.7 ? Moment.ROUND : Moment.KILL_BEFORE;
    }
}
