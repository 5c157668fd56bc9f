package org.filigree.trainer.round;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.filigree.config.FiligreeException;
import org.filigree.config.RunConfig;
import org.filigree.lora.LearningRate;
import org.filigree.trainer.averaging.AdapterState;
import org.filigree.trainer.averaging.AveragingRules;
import org.filigree.trainer.averaging.Pace;
import org.filigree.trainer.order.BatchCut;
import org.filigree.trainer.order.RowOrder;
import org.filigree.trainer.run.CheckpointStore;
import org.filigree.trainer.run.MembersFolder;
import org.filigree.trainer.run.RunState;

/** The driver's loop: from the state after one round to the state after the next. */
public final class RoundLoop implements AutoCloseable {

    /**
     * @param step optimizer steps made after the round
     * @param losses one a step, before its update, over the tokens of the global batch
     * @param gradNorm before clipping; NaN where workers update by themselves
     * @param drift of the workers' products in the round; NaN where gradients are exchanged
     * @param replayed rounds that workers made once more, together, to have their moments again
     * @param members workers whose results are in the round, in order
     * @param traffic null where Spark lost count
     * @param origins of the results, each once
     */
    public record Report(
            int round,
            int step,
            double[] losses,
            long tokens,
            double learningRate,
            double gradNorm,
            double drift,
            int replayed,
            List<Integer> members,
            Traffic traffic,
            List<Origin> origins) {}

    /**
     * What the held-out rows cost: mean loss of their tokens, and the share that was the most likely.
     *
     * @param origins of the results, each once
     */
    public record Score(double loss, double accuracy, long tokens, List<Origin> origins) {}

    /** A round's outcome. */
    public record Next(RunState state, Report report) {}

    private final Workers workers;
    private final RoundPlanner planner;
    private final DriverUpdate update;
    private final RunConfig.Training training;
    private final RunConfig.Averaging averaging;
    private final boolean moments;
    private final int steps;
    private final String adapter;
    private final IntFunction<String> rowName;

    /**
     * @param lengths tokens of each row of the corpus
     * @param steps of the whole run
     * @param rowName where a row stands, for messages
     */
    public RoundLoop(
            Workers workers,
            String adapter,
            RunConfig.Training training,
            RunConfig.Averaging averaging,
            RowOrder order,
            int[] lengths,
            int steps,
            IntFunction<String> rowName) {
        this.workers = workers;
        this.training = training;
        this.averaging = averaging;
        this.steps = steps;
        this.rowName = rowName;
        this.adapter = adapter;
        var rates = new LearningRate(
                LearningRate.Shape.valueOf(training.schedule().name()),
                training.learningRate(),
                training.warmupSteps(),
                steps);
        var rules = AveragingRules.of(averaging, training.seed(), adapter);
        this.planner = new RoundPlanner(adapter, training, averaging, order, lengths, rates, rules);
        this.moments = gradients() || rules.averagesMoments();
        this.update = new DriverUpdate(training, averaging, rates);
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
                new float[moments ? n : 0],
                new float[moments ? n : 0],
                new float[!gradients() && averaging.outer() != null ? n : 0],
                Double.POSITIVE_INFINITY,
                new float[0],
                0,
                Pace.START);
    }

    public boolean finished(RunState state) {
        return state.step() >= steps;
    }

    /** As {@link #next(RunState, MembersFolder)}, of a run whose rounds wait for all workers. */
    public Next next(RunState state) {
        return next(state, null);
    }

    /**
     * Makes one round; {@code state} stays as it was.
     *
     * @param members not asked where all workers are in every round
     * @throws FiligreeException with DIVERGED when a loss is not finite
     */
    public Next next(RunState state, MembersFolder members) {
        var localSteps = averaging.localSteps() == 0 ? state.pace().localSteps() : averaging.localSteps();
        var count = gradients() ? 1 : Math.min(localSteps, steps - state.step());
        var quorum = averaging.quorum();
        var known = quorum == null ? Optional.<List<Integer>>empty() : members.of(state.round() + 1);
        var attendance = quorum == null
                ? Attendance.all(averaging.workers())
                : known.map(Attendance::exactly).orElseGet(() -> Attendance.quorum(averaging.workers(), quorum));
        var round = workers.train(
                planner.plan(state.round() + 1, state.step(), count),
                attendance,
                new AdapterState(state.values(), state.firstMoment(), state.secondMoment()),
                "round %d, step %d/%d, adapter %s".formatted(state.round() + 1, state.step() + count, steps, adapter));
        for (var result : round.losses()) {
            if (result.badRow() >= 0) {
                throw new FiligreeException(
                        FiligreeException.Code.DIVERGED,
                        "round %d: the loss or gradient of %s is not finite (worker %d)"
                                .formatted(state.round() + 1, rowName.apply(result.badRow()), result.worker()));
            }
        }
        if (round.tokens() == 0) {
            throw new FiligreeException(
                    FiligreeException.Code.DATA, "round %d: no token to train".formatted(state.round() + 1));
        }
        if (quorum != null) {
            // Before the sum is used: another driver that comes this far makes the same round. Found ones too, as a
            // driver older than this one may yet write its own.
            members.are(state.round() + 1, round.members());
        }
        return gradients() ? update.afterGradients(state, round) : update.afterDeltas(state, round, count);
    }

    /**
     * Writes what the workers themselves keep beside a checkpoint of {@code state}.
     *
     * @param folder of the checkpoint, below {@code runFolder}
     * @return none where the workers keep nothing yet
     */
    public SavedMoments saveMoments(RunState state, String runFolder, String folder) {
        return averaging.innerState() == RunConfig.InnerState.KEEP && state.round() > 0
                ? workers.saveMoments(state.round(), averaging.workers(), runFolder, folder)
                : SavedMoments.NONE;
    }

    /** A checkpoint stands, and the next round follows it. */
    public void goOnFrom(String runFolder, CheckpointStore.Manifest checkpoint) {
        workers.goOnFrom(runFolder, checkpoint);
    }

    /** Scores values on the held-out rows, which the workers share by tokens. */
    public Score score(float[] values, int[] heldOutLengths) {
        return score(values, WorkerInput.Side.HELD_OUT, heldOutLengths);
    }

    /** Scores values on all rows of a side. */
    public Score score(float[] values, WorkerInput.Side side, int[] rowLengths) {
        return score(workers.score(scorePlan(side, rowLengths), values, "scores rows, adapter " + adapter));
    }

    /**
     * Reads a published folder back on the workers, compares it with the values that were trained, and scores it.
     *
     * @param tolerance relative, of the type the folder is stored in; 0 for float32
     * @param heldOutLengths may be empty: then only keys, shapes and values are checked
     */
    public Score scorePublished(String folder, float[] values, double tolerance, int[] heldOutLengths) {
        return score(workers.scorePublished(
                scorePlan(WorkerInput.Side.HELD_OUT, heldOutLengths), values, folder, tolerance));
    }

    /** Loads the base on the workers, so that what is wrong with it is said before the first round; what computes there. */
    public List<Origin> origins() {
        return workers.origins(averaging.workers()).stream().distinct().toList();
    }

    @Override
    public void close() {
        workers.close();
    }

    private ScorePlan scorePlan(WorkerInput.Side side, int[] rowLengths) {
        return new ScorePlan(
                side,
                rowLengths.length == 0
                        ? new int[averaging.workers() + 1]
                        : BatchCut.byTokens(rowLengths, averaging.workers()),
                training.microBatchSize());
    }

    /** Each once. */
    static List<Origin> origins(List<RoundResult> results) {
        return results.stream().map(RoundResult::origin).distinct().toList();
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
        return new Score(loss / tokens, correct / tokens, tokens, origins(results));
    }
}
