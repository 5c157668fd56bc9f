package org.filigree.chaos;

import org.filigree.lora.CounterRandom;

/** How a run's workers are averaged; each run draws. */
enum Averaging {
    GRADIENTS("exchange: gradients", 1),
    KEPT_MOMENTS("exchange: parameters, local_steps: 2, inner_state: keep", 2),
    PRODUCT("exchange: parameters, local_steps: 2, aggregation: product", 2);

    private final String yaml;
    private final int stepsPerRound;

    Averaging(String yaml, int stepsPerRound) {
        this.yaml = yaml;
        this.stepsPerRound = stepsPerRound;
    }

    static Averaging of(long seed, int run) {
        var key = CounterRandom.key(seed, CounterRandom.name("averaging"), run);
        return values()[(int) CounterRandom.below(key, 0, values().length)];
    }

    String yaml() {
        return yaml;
    }

    int stepsPerRound() {
        return stepsPerRound;
    }
}
