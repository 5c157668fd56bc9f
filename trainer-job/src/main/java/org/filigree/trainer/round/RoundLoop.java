package org.filigree.trainer.round;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.filigree.config.FiligreeException;
import org.filigree.config.RunConfig;
import org.filigree.lora.AdamW;
import org.filigree.lora.CounterRandom;
import org.filigree.lora.GradientClip;
import org.filigree.lora.LearningRate;
import org.filigree.trainer.averaging.OuterOptimizer;
import org.filigree.trainer.averaging.WorkerSum;
import org.filigree.trainer.order.BatchCut;
import org.filigree.trainer.order.RowOrder;
import org.filigree.trainer.run.RunState;

/** The driver's loop: from the state after one round to the state after the next. */
public final class RoundLoop {

    /**
     * @param step optimizer steps made after the round
     * @param losses one a step, before its update, over the tokens of the global batch
     * @param gradNorm before clipping; NaN where workers update by themselves
     * @param bytesDown the adapter as one receiver gets it
     * @param bytesUp of all workers' results
     */
    public record Report(
            int round,
            int step,
            double[] losses,
            long tokens,
            double learningRate,
            double gradNorm,
            long bytesDown,
            long bytesUp) {}

    /** What the held-out rows cost: mean loss of their tokens, and the share that was the most likely. */
    public record Score(double loss, double accuracy, long tokens) {}

    /** A round's outcome. */
    public record Next(RunState state, Report report) {}

    private final SparkRound spark;
    private final RunConfig.Training training;
    private final RunConfig.Averaging averaging;
    private final RowOrder order;
    private final int[] lengths;
    private final LearningRate rates;
    private final int steps;
    private final String adapter;
    private final long dropoutKey;
    private final IntFunction<String> rowName;

    /**
     * @param lengths tokens of each row of the corpus
     * @param steps of the whole run
     * @param rowName where a row stands, for messages
     */
    public RoundLoop(
            JavaSparkContext spark,
            WorkerInput input,
            String adapter,
            RunConfig.Training training,
            RunConfig.Averaging averaging,
            RowOrder order,
            int[] lengths,
            int steps,
            IntFunction<String> rowName) {
        this.spark = new SparkRound(spark, input);
        this.training = training;
        this.averaging = averaging;
        this.order = order;
        this.lengths = lengths.clone();
        this.steps = steps;
        this.rowName = rowName;
        this.rates = new LearningRate(
                LearningRate.Shape.valueOf(training.schedule().name()),
                training.learningRate(),
                training.warmupSteps(),
                steps);
        this.adapter = adapter;
        this.dropoutKey = CounterRandom.key(training.seed(), CounterRandom.name(adapter));
        if (!gradients() && training.globalBatchSize() % averaging.workers() != 0) {
            throw new FiligreeException(
                    FiligreeException.Code.CONFIGURATION,
                    "training.global_batch_size: found %d, exchange parameters wants a multiple of averaging.workers (%d)"
                            .formatted(training.globalBatchSize(), averaging.workers()));
        }
    }

    private boolean gradients() {
        return averaging.exchange() == RunConfig.Exchange.GRADIENTS;
    }

    /** A state before the first round. */
    public RunState start(float[] values) {
        var n = values.length;
        return new RunState(
                0,
                0,
                values.clone(),
                new float[gradients() ? n : 0],
                new float[gradients() ? n : 0],
                new float[!gradients() && averaging.outer() != null ? n : 0],
                Double.POSITIVE_INFINITY,
                new float[0],
                0);
    }

    public boolean finished(RunState state) {
        return state.step() >= steps;
    }

    /**
     * Makes one round; {@code state} stays as it was.
     *
     * @throws FiligreeException with DIVERGED when a loss is not finite
     */
    public Next next(RunState state) {
        var count = gradients() ? 1 : Math.min(averaging.localSteps(), steps - state.step());
        var results = spark.run(
                plan(state.step(), count),
                state.values(),
                "round %d, step %d/%d, adapter %s".formatted(state.round() + 1, state.step() + count, steps, adapter));
        for (var result : results) {
            if (result.badRow() >= 0) {
                throw new FiligreeException(
                        FiligreeException.Code.DIVERGED,
                        "round %d: the loss or gradient of %s is not finite (worker %d)"
                                .formatted(state.round() + 1, rowName.apply(result.badRow()), result.worker()));
            }
        }
        return gradients() ? afterGradients(state, results) : afterDeltas(state, results, count);
    }

    /** Scores values on the held-out rows, which the workers share by tokens. */
    public Score score(float[] values, int[] heldOutLengths) {
        return score(values, WorkerInput.Side.HELD_OUT, heldOutLengths);
    }

    /** Scores values on all rows of a side. */
    public Score score(float[] values, WorkerInput.Side side, int[] rowLengths) {
        return score(spark.score(scorePlan(side, rowLengths), values, "scores rows, adapter " + adapter));
    }

    /**
     * Reads a published folder back on the workers, compares it with the values that were trained, and scores it.
     *
     * @param tolerance relative, of the type the folder is stored in; 0 for float32
     * @param heldOutLengths may be empty: then only keys, shapes and values are checked
     */
    public Score scorePublished(String folder, float[] values, double tolerance, int[] heldOutLengths) {
        return score(
                spark.scorePublished(scorePlan(WorkerInput.Side.HELD_OUT, heldOutLengths), values, folder, tolerance));
    }

    /** Loads the base on a worker, so that what is wrong with it is said before the first round; what computes there. */
    public String fingerprint() {
        return spark.fingerprint();
    }

    private ScorePlan scorePlan(WorkerInput.Side side, int[] rowLengths) {
        return new ScorePlan(
                side,
                rowLengths.length == 0
                        ? new int[averaging.workers() + 1]
                        : BatchCut.byTokens(rowLengths, averaging.workers()),
                training.microBatchSize());
    }

    private static Score score(List<RoundResult> byWorker) {
        var results = byWorker.stream()
                .sorted(Comparator.comparingInt(RoundResult::worker))
                .toList();
        var loss = 0.0;
        var correct = 0.0;
        var tokens = 0L;
        for (var result : results) {
            loss += result.loss(0);
            correct += result.loss(1);
            tokens += result.tokens();
        }
        return new Score(loss / tokens, correct / tokens, tokens);
    }

    private RoundPlan plan(int firstStep, int count) {
        var workers = averaging.workers();
        var rows = new int[workers][count][];
        var places = new int[workers][count];
        var rate = new double[count];
        for (var s = 0; s < count; s++) {
            var size = training.globalBatchSize();
            var batch = order.slice((long) (firstStep + s) * size, size);
            var bounds = gradients()
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
                rows,
                places,
                firstStep,
                training.microBatchSize(),
                dropoutKey,
                gradients() ? null : rate,
                training.adamBeta1(),
                training.adamBeta2(),
                training.adamEpsilon(),
                training.weightDecay(),
                training.maxGradNorm());
    }

    private Next afterGradients(RunState state, List<RoundResult> results) {
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

    private Next afterDeltas(RunState state, List<RoundResult> results, int count) {
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

    private Next next(
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
        return new Next(
                after,
                new Report(
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
