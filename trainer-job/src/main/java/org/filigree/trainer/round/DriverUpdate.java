package org.filigree.trainer.round;

import java.util.List;
import org.filigree.config.FiligreeException;
import org.filigree.config.RunConfig;
import org.filigree.lora.AdamW;
import org.filigree.lora.GradientClip;
import org.filigree.lora.LearningRate;
import org.filigree.trainer.averaging.OuterOptimizer;
import org.filigree.trainer.averaging.WorkerSum;
import org.filigree.trainer.run.RunState;

/** What the driver makes of the workers' results: sums in a fixed order, then AdamW or the outer optimizer. */
record DriverUpdate(RunConfig.Training training, RunConfig.Averaging averaging, LearningRate rates) {

    /** One AdamW step from the workers' gradients. */
    RoundLoop.Next afterGradients(RunState state, List<RoundResult> results) {
        var sums = WorkerSum.sum(parts(results));
        var tokens = results.stream().mapToLong(RoundResult::tokens).sum();
        if (tokens == 0) {
            throw new FiligreeException(
                    FiligreeException.Code.DATA, "round %d: no token to train".formatted(state.round() + 1));
        }
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
        return next(state, 1, values, moments, state.outer(), results, norm);
    }

    /** The adapter moved by the mean of what the workers made of it in {@code count} steps. */
    RoundLoop.Next afterDeltas(RunState state, List<RoundResult> results, int count) {
        var values = state.values().clone();
        var momentum = state.outer().clone();
        OuterOptimizer outer = averaging.outer() == null
                ? new OuterOptimizer.PlainMean()
                : new OuterOptimizer.Nesterov(
                        averaging.outer().learningRate(), averaging.outer().momentum());
        outer.apply(values, WorkerSum.mean(parts(results)), momentum);
        var moments = new AdamW.Moments(state.firstMoment(), state.secondMoment());
        return next(state, count, values, moments, momentum, results, Double.NaN);
    }

    private static List<WorkerSum.Part> parts(List<RoundResult> results) {
        return results.stream()
                .map(r -> new WorkerSum.Part(r.worker(), r.values(), r.tokens()))
                .toList();
    }

    private RoundLoop.Next next(
            RunState state,
            int count,
            float[] values,
            AdamW.Moments moments,
            float[] outer,
            List<RoundResult> results,
            double norm) {
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
        var after = new RunState(
                state.round() + 1,
                state.step() + count,
                values,
                moments.first(),
                moments.second(),
                outer,
                state.bestLoss(),
                state.best(),
                state.evaluationsSinceBest());
        var trained = results.stream().mapToLong(RoundResult::tokens).sum();
        return new RoundLoop.Next(
                after,
                new RoundLoop.Report(
                        after.round(),
                        after.step(),
                        losses,
                        trained,
                        rates.at(after.step() - 1),
                        norm,
                        (long) values.length * Float.BYTES,
                        results.stream().mapToLong(RoundResult::bytes).sum()));
    }
}
