package org.filigree.trainer;

import org.filigree.config.RunConfig;
import org.filigree.trainer.input.RunSetup;

/**
 * What a run's driver knows of the adapter it trains.
 *
 * @param inputs with the base as its configuration makes it, before its weights are loaded
 * @param start the adapter's values before the first step
 * @param steps optimizer steps of the whole run
 * @param engineChoice why that engine, in one line for the events
 * @param corpus folder of the token shards
 */
record Trainee(
        RunInputs inputs,
        float[] start,
        int[] heldOutLengths,
        int steps,
        long baseParameters,
        String engineChoice,
        String corpus) {

    static Trainee of(RunConfig config, RunSetup setup) {
        return new Trainee(
                RunInputs.of(config, setup),
                setup.start(),
                setup.heldOutLengths(),
                setup.steps(),
                setup.base().parameters(),
                setup.settings().why(),
                setup.corpus().folder());
    }
}
