package org.filigree.trainer.simulation;

import java.util.List;
import java.util.Map;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfigReader;

/** Runs of a few rounds, each with another way to average. */
enum Setting {
    GRADIENTS("workers: 2, exchange: gradients", 5),
    GRADIENTS_IN_INT8("workers: 3, exchange: gradients, wire: int8", 4),
    MEAN_OF_PARAMETERS("workers: 2, exchange: parameters, local_steps: 2", 9),
    NESTEROV("workers: 2, exchange: parameters, local_steps: 2, outer: {learning_rate: 0.7, momentum: 0.9}", 8),
    MOMENTS("workers: 2, exchange: parameters, local_steps: 1, inner_state: average, wire: int8", 5),
    FROZEN_A("workers: 4, exchange: parameters, local_steps: 1, aggregation: frozen_a", 4),
    PRODUCT_BY_THE_DRIFT("workers: 2, exchange: parameters, local_steps: auto, aggregation: product", 40),
    KEPT_MOMENTS("workers: 2, exchange: parameters, local_steps: 1, inner_state: keep, wire: bfloat16", 6),
    QUORUM_OF_GRADIENTS("workers: 3, exchange: gradients, min_workers: 2, deadline_seconds: 60", 5),
    QUORUM("workers: 4, exchange: parameters, local_steps: 2, min_workers: 2, deadline_seconds: 60", 9);

    static final String OUTPUT = "lake";
    static final String RUN = "run";
    static final String ADAPTER = "tuned";

    private final String averaging;
    private final int steps;

    Setting(String averaging, int steps) {
        this.averaging = averaging;
        this.steps = steps;
    }

    /** Whether a round without some workers would be another. */
    boolean waitsForAll() {
        return config(1, 1).averaging().quorum() == null;
    }

    /** Files of moments in each checkpoint after a round. */
    int keptMoments() {
        var averaging = config(1, 1).averaging();
        return averaging.innerState() == RunConfig.InnerState.KEEP ? averaging.workers() : 0;
    }

    RunConfig config(int everyRounds, int keep, String... overrides) {
        return RunConfigReader.read(
                "simulated",
                """
                run: %s
                output: %s
                base: {path: models/none, name: simulated/base}
                data: {train: [{path: rows.jsonl, shape: tokens}], held_out: 0.3}
                adapter: {name: %s, r: 2, lora_alpha: 4, target_modules: all-linear}
                training: {max_steps: %d, global_batch_size: 4, micro_batch_size: 4, learning_rate: 0.3}
                averaging: {%s}
                evaluation: {every_rounds: 1}
                checkpoint: {every_rounds: %d, keep: %d}
                """.formatted(RUN, OUTPUT, ADAPTER, steps, averaging, everyRounds, keep),
                List.of(overrides),
                Map.of());
    }
}
