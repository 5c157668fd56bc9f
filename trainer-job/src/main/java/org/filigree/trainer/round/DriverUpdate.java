package org.filigree.trainer.round;

import org.filigree.config.FiligreeException;
import org.filigree.config.RunConfig;
import org.filigree.lora.AdamW;
import org.filigree.lora.GradientClip;
import org.filigree.lora.LearningRate;
import org.filigree.trainer.averaging.OuterOptimizer;
import org.filigree.trainer.run.RunState;

/** What the driver makes of the workers' results: sums in a fixed order, then AdamW or the outer optimizer. */
record DriverUpdate(RunConfig.Training training, RunConfig.Averaging averaging, LearningRate rates) {

    /** One AdamW step from the workers' gradients. */
    RoundLoop.Next afterGradients(RunState state, RoundSum round) {
        var sums = round.sum().values();
        var tokens = round.tokens();
        var norm = GradientClip.norm(sums) / tokens;
        if (!Double.isFinite(norm)) {
            throw new FiligreeException(
                    FiligreeException.Code.DIVERGED,
                    "round %d: the gradient is not finite, though each row's loss is".formatted(state.round() + 1));
        }
        var scale = GradientClip.factor(norm, training.maxGradNorm()) / tokens;
        var values = state.values().clone();
        var moments = new AdamW.Moments(
                state.firstMoment().clone(), state.secondMoment().clone());
        var rate = rates.at(state.step());
        new AdamW(training.adamBeta1(), training.adamBeta2(), training.adamEpsilon(), training.weightDecay())
                .update(values, sums, moments, scale, rate, state.step() + 1);
        return next(state, 1, values, moments, state.outer(), round, norm);
    }

    /** The adapter moved by the mean of what the workers made of it in {@code count} steps. */
    RoundLoop.Next afterDeltas(RunState state, RoundSum round, int count) {
        var values = state.values().clone();
        var momentum = state.outer().clone();
        OuterOptimizer outer = averaging.outer() == null
                ? new OuterOptimizer.PlainMean()
                : new OuterOptimizer.Nesterov(
                        averaging.outer().learningRate(), averaging.outer().momentum());
        outer.apply(values, round.sum().values(), momentum);
        var moments = new AdamW.Moments(round.sum().first(), round.sum().second());
        return next(state, count, values, moments, momentum, round, Double.NaN);
    }

    private RoundLoop.Next next(
            RunState state,
            int count,
            float[] values,
            AdamW.Moments moments,
            float[] outer,
            RoundSum round,
            double norm) {
        var results = round.losses();
        var losses = new double[count];
        for (var s = 0; s < count; s++) {
            var sum = 0.0;
            var tokens = 0L;
            for (var result : results) {
                sum += result.loss(s);
                tokens += result.tokens(s);
            }
            losses[s] = sum / tokens;
        }
        var drift = averaging.exchange() == RunConfig.Exchange.PARAMETERS
                ? round.drift().relative()
                : Double.NaN;
        var after = new RunState(
                state.round() + 1,
                state.step() + count,
                values,
                moments.first(),
                moments.second(),
                outer,
                state.bestLoss(),
                state.best(),
                state.evaluationsSinceBest(),
                averaging.localSteps() == 0 ? state.pace().after(drift) : state.pace());
        return new RoundLoop.Next(
                after,
                new RoundLoop.Report(
                        after.round(),
                        after.step(),
                        losses,
                        round.tokens(),
                        rates.at(after.step() - 1),
                        norm,
                        drift,
                        results.stream().mapToInt(RoundResult::replayed).sum(),
                        round.members(),
                        round.traffic(),
                        round.origins()));
    }
}
