package org.filigree.chaos;

import java.util.Locale;
import org.filigree.lora.CounterRandom;

/**
 * How a run's workers are averaged; runs take their turns. A quorum is not among them: who is in time decides what comes out,
 * so two runs are equal only where the same workers were.
 */
enum Averaging {
    GRADIENTS("exchange: gradients", 1),
    RESET_MOMENTS("exchange: parameters, local_steps: 2", 2),
    AVERAGED_MOMENTS("exchange: parameters, local_steps: 2, inner_state: average", 2),
    KEPT_MOMENTS("exchange: parameters, local_steps: 2, inner_state: keep", 2),
    NESTEROV("exchange: parameters, local_steps: 2, outer: {learning_rate: 0.7, momentum: 0.9}", 2),
    FROZEN_A("exchange: parameters, local_steps: 2, aggregation: frozen_a", 2),
    PRODUCT("exchange: parameters, local_steps: 2, aggregation: product", 2),
    /** Reducers average what so many workers make, where averages are no wider than results. */
    REDUCE_SCATTER(17, 1, "exchange: parameters, local_steps: 1, wire: float32", 1);

    private final int workers;
    private final int rowsEach;
    private final String yaml;
    private final int stepsPerRound;

    Averaging(String yaml, int stepsPerRound) {
        this(4, 2, yaml, stepsPerRound);
    }

    /** @param rowsEach of a worker's step */
    Averaging(int workers, int rowsEach, String yaml, int stepsPerRound) {
        this.workers = workers;
        this.rowsEach = rowsEach;
        this.yaml = yaml;
        this.stepsPerRound = stepsPerRound;
    }

    /**
     * All in turn; the seed decides with which the first run begins.
     *
     * @param run from 1
     */
    static Averaging of(long seed, int run) {
        var first =
                CounterRandom.below(CounterRandom.key(seed, CounterRandom.name("averaging"), 0), 0, values().length);
        return values()[(int) ((first + run - 1) % values().length)];
    }

    /** Kills of one run, so that all have theirs where there are as many. */
    static int killsARun(int kills) {
        return Math.max(1, kills / values().length);
    }

    String yaml() {
        return "workers: %d, %s".formatted(workers, yaml);
    }

    /** Of a step, over all workers. */
    int batch() {
        return workers * rowsEach;
    }

    int stepsPerRound() {
        return stepsPerRound;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
