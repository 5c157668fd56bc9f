package org.filigree.trainer.round;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.filigree.config.FiligreeException;
import org.filigree.config.RunConfig;
import org.filigree.lora.CounterRandom;
import org.filigree.lora.LearningRate;
import org.filigree.trainer.averaging.AveragingRules;
import org.filigree.trainer.order.BatchCut;
import org.filigree.trainer.order.RowOrder;

/**
 * Who trains on which rows: a function of the step alone. With gradients a global batch is cut among the workers by
 * tokens; with parameters each worker has as many rows of it as the others.
 */
final class RoundPlanner {

    private final RunConfig.Training training;
    private final int workers;
    private final boolean gradients;
    private final RowOrder order;
    private final int[] lengths;
    private final LearningRate rates;
    private final long dropoutKey;
    private final AveragingRules rules;

    /** @param lengths tokens of each row of the corpus */
    RoundPlanner(
            String adapter,
            RunConfig.Training training,
            RunConfig.Averaging averaging,
            RowOrder order,
            int[] lengths,
            LearningRate rates,
            AveragingRules rules) {
        this.rules = rules;
        this.training = training;
        this.workers = averaging.workers();
        this.gradients = averaging.exchange() == RunConfig.Exchange.GRADIENTS;
        this.order = order;
        this.lengths = lengths.clone();
        this.rates = rates;
        this.dropoutKey = CounterRandom.key(training.seed(), CounterRandom.name(adapter));
        if (!gradients && training.globalBatchSize() % workers != 0) {
            throw new FiligreeException(
                    FiligreeException.Code.CONFIGURATION,
                    "training.global_batch_size: found %d, exchange parameters wants a multiple of averaging.workers (%d)"
                            .formatted(training.globalBatchSize(), workers));
        }
    }

    /**
     * @param round from 1
     * @param count steps of the round
     */
    RoundPlan plan(int round, int firstStep, int count) {
        var rows = new int[workers][count][];
        var places = new int[workers][count];
        var rate = new double[count];
        for (var s = 0; s < count; s++) {
            var size = training.globalBatchSize();
            var batch = order.slice((long) (firstStep + s) * size, size);
            var bounds = gradients
                    ? BatchCut.byTokens(IntStream.of(batch).map(r -> lengths[r]).toArray(), workers)
                    : IntStream.rangeClosed(0, workers)
                            .map(w -> w * (size / workers))
                            .toArray();
            for (var w = 0; w < workers; w++) {
                rows[w][s] = Arrays.copyOfRange(batch, bounds[w], bounds[w + 1]);
                places[w][s] = bounds[w];
            }
            rate[s] = rates.at(firstStep + s);
        }
        return new RoundPlan(
                round,
                rules,
                rows,
                places,
                firstStep,
                training.microBatchSize(),
                dropoutKey,
                rate,
                training.adamBeta1(),
                training.adamBeta2(),
                training.adamEpsilon(),
                training.weightDecay(),
                training.maxGradNorm());
    }
}
