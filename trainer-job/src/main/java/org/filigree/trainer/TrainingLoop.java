package org.filigree.trainer;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfigChanges.Change;
import org.filigree.trainer.forecast.RunForecast;
import org.filigree.trainer.round.Origin;
import org.filigree.trainer.round.RoundLoop;
import org.filigree.trainer.run.CheckpointStore;
import org.filigree.trainer.run.EventLog;
import org.filigree.trainer.run.MembersFolder;
import org.filigree.trainer.run.RunOwner;
import org.filigree.trainer.run.RunState;
import org.filigree.trainer.telemetry.Telemetry;

/**
 * Rounds from the newest checkpoint to the end, with evaluations and checkpoints between them. Everything that decides
 * what comes next stands in {@link RunState}, so a resumed run decides alike.
 */
final class TrainingLoop {

    /** @param reason why it ended: {@code completed} or {@code early stopping} */
    record Ended(RunState state, EventLog events, Exactness exactness, String reason) {

        /** Of the state's values, which every end of a run evaluates; NaN without held-out rows. */
        double heldOutLoss() {
            return events.last(EVALUATION)
                    .map(event -> event.path("loss").doubleValue())
                    .orElse(Double.NaN);
        }
    }

    private static final String EVALUATION = "evaluation";
    private static final Set<Code> CUT_OFF = Set.of(Code.RUN_TIME, Code.STOPPED);

    private final RunConfig config;
    private final Trainee trainee;
    private final RoundLoop rounds;
    private final CheckpointStore store;
    private final RunOwner owner;
    private final Progress progress;
    private final Telemetry telemetry;
    private final LongSupplier clock;
    private MembersFolder members;
    private RunState state;
    private EventLog events;
    private Exactness exactness;
    private CheckpointStore.Manifest last;

    TrainingLoop(
            RunConfig config,
            Trainee trainee,
            RoundLoop rounds,
            CheckpointStore store,
            RunOwner owner,
            Progress progress,
            Telemetry telemetry,
            LongSupplier clock) {
        this.config = config;
        this.trainee = trainee;
        this.rounds = rounds;
        this.store = store;
        this.owner = owner;
        this.progress = progress;
        this.telemetry = telemetry;
        this.clock = clock;
    }

    /**
     * @param origins what computes, as the run is taken up
     * @param changes of the configuration since the run began
     */
    Ended toTheEnd(List<Origin> origins, List<Change> changes, RunForecast forecast) throws IOException {
        members = config.averaging().quorum() == null ? null : store.members(owner.epoch());
        var found = store.newest();
        state = found.map(CheckpointStore.Found::state).orElseGet(() -> rounds.start(trainee.start()));
        events = new EventLog(found.map(CheckpointStore.Found::events).orElseGet(List::of), telemetry::tell);
        found.ifPresent(f -> telemetry.resumed(EventLog.parse(f.events())));
        last = found.map(CheckpointStore.Found::manifest).orElse(null);
        found.ifPresent(f -> rounds.goOnFrom(store.runFolder(), f.manifest()));
        var engine = origins.get(0).machine().toString();
        var inputs = trainee.inputs().on(origins.get(0).base());
        found.ifPresent(
                f -> inputs.requireSame(EventLog.parse(f.events().subList(0, 1)).get(0)));
        exactness = new Exactness(config.engine().exact(), last == null ? List.of() : last.machines());
        progress.started(engine, state.round(), trainee.steps(), trainee.start().length, trainee.baseParameters());
        if (found.isEmpty()) {
            begin(engine, inputs, origins, forecast);
        } else {
            see(origins);
            resume(changes);
            evaluateWhatIsDue();
        }
        while (!rounds.finished(state) && !stopsEarly()) {
            roundUnlessStopped();
        }
        return new Ended(state, events, exactness, rounds.finished(state) ? "completed" : "early stopping");
    }

    private void begin(String engine, RunInputs inputs, List<Origin> origins, RunForecast forecast) throws IOException {
        events.add("start", e -> {
            e.put("run", config.run());
            inputs.tell(e);
            e.put("engine", engine)
                    .put("engine_choice", trainee.engineChoice())
                    .put("trainable", trainee.start().length)
                    .put("base_parameters", trainee.baseParameters())
                    .put("workers", config.averaging().workers())
                    .put("steps", trainee.steps())
                    .set("forecast", forecast.json());
        });
        see(origins);
        evaluate();
        save();
    }

    /** The event is on disk with the next checkpoint: a run resumed once more before it tells its changes again. */
    private void resume(List<Change> changes) {
        if (changes.isEmpty()) {
            return;
        }
        events.add("resumed", e -> {
            e.put("round", state.round());
            var told = e.putArray("changes");
            for (var change : changes) {
                told.addObject()
                        .put("field", change.field())
                        .put("then", change.then())
                        .put("now", change.now());
            }
        });
        progress.changed(changes);
    }

    /**
     * A stop may have cut the evaluation after the round off; and with another patience than before, a run may end where it
     * goes on, on values that nobody has evaluated.
     */
    private void evaluateWhatIsDue() throws IOException {
        var evaluated = events.last(EVALUATION)
                .map(event -> event.path("round").intValue())
                .orElse(state.round());
        if (evaluated < state.round() && (evaluationIsDue() || stopsEarly())) {
            evaluate();
            save();
        }
    }

    /** What a stop cuts off is dropped: a round before its results, or an evaluation, which is made when the run goes on. */
    private void roundUnlessStopped() throws IOException {
        Exception dropped = null;
        try {
            if (!progress.stopRequested()) {
                round();
            }
        } catch (Exception e) {
            if (!cutOff(e)) {
                throw e;
            }
            dropped = e;
        }
        if (progress.stopRequested()) {
            var stopped = stopped();
            if (dropped != null) {
                stopped.addSuppressed(dropped);
            }
            throw stopped;
        }
    }

    /**
     * A job is cancelled once a stop has waited long enough for it. A full disk, another driver or a loss that is not finite
     * has other reasons.
     */
    private boolean cutOff(Exception failure) {
        return progress.stopRequested()
                && !(failure instanceof IOException)
                && !(failure instanceof FiligreeException own && !CUT_OFF.contains(own.code()));
    }

    private FiligreeException stopped() throws IOException {
        var stopped = new FiligreeException(Code.STOPPED, "stopped after round %d".formatted(state.round()));
        if (last.round() < state.round()) {
            try {
                save();
            } catch (IOException | FiligreeException e) {
                throw e;
            } catch (Exception e) {
                // Moments that workers keep are out of reach where their session was stopped too.
                stopped.addSuppressed(e);
            }
        }
        return stopped;
    }

    private void round() throws IOException {
        telemetry.round(state.round() + 1);
        var began = clock.getAsLong();
        var next = rounds.next(state, members);
        var seconds = (clock.getAsLong() - began) / 1e9;
        see(next.report().origins());
        state = next.state();
        tell(next.report(), seconds);
        if (progress.stopRequested()) {
            return;
        }
        if (evaluationIsDue()) {
            evaluate();
        }
        if (rounds.finished(state) || stopsEarly() || due(config.checkpoint().everyRounds())) {
            save();
        }
    }

    /** What has just made the run inexact is told once; results that must not count are refused before they do. */
    private void see(List<Origin> origins) {
        exactness.see(origins).ifPresent(line -> {
            events.add("inexact", e -> e.put("round", state.round()).put("reason", line));
            progress.inexact(line);
        });
    }

    private boolean evaluationIsDue() {
        return rounds.finished(state) || due(config.evaluation().everyRounds());
    }

    private boolean due(int every) {
        return every > 0 && state.round() % every == 0;
    }

    private boolean stopsEarly() {
        var patience = config.evaluation().earlyStoppingPatience();
        return patience > 0 && state.evaluationsSinceBest() >= patience;
    }

    private void tell(RoundLoop.Report report, double seconds) {
        events.add("round", e -> {
            e.put("round", report.round()).put("step", report.step());
            var losses = e.putArray("losses");
            for (var loss : report.losses()) {
                losses.add(loss);
            }
            e.put("tokens", report.tokens()).put("learning_rate", report.learningRate());
            if (!Double.isNaN(report.gradNorm())) {
                e.put("grad_norm", report.gradNorm());
            }
            if (!Double.isNaN(report.drift())) {
                e.put("local_steps", report.losses().length).put("drift", report.drift());
            }
            if (report.traffic() != null) {
                e.put("bytes_down", report.traffic().down())
                        .put("bytes_up", report.traffic().up())
                        .put("executors", report.traffic().executors());
            }
            if (config.averaging().quorum() != null) {
                e.put("workers", config.averaging().workers());
                report.members().forEach(e.putArray("members")::add);
            }
            if (report.replayed() > 0) {
                e.put("replayed_rounds", report.replayed());
            }
            e.put("bytes_full_model", trainee.baseParameters() * Float.BYTES).put("seconds", seconds);
        });
        progress.round(report, seconds);
    }

    private void evaluate() {
        if (trainee.heldOutLengths().length == 0) {
            return;
        }
        var score = rounds.score(state.values(), trainee.heldOutLengths());
        if (!Double.isFinite(score.loss())) {
            throw new FiligreeException(
                    Code.DIVERGED, "round %d: the held-out loss is %s".formatted(state.round(), score.loss()));
        }
        see(score.origins());
        state = state.evaluated(score.loss());
        events.add(
                EVALUATION,
                e -> e.put("round", state.round())
                        .put("step", state.step())
                        .put("loss", score.loss())
                        .put("accuracy", score.accuracy())
                        .put("tokens", score.tokens()));
        progress.evaluated(state.round(), score);
    }

    private void save() throws IOException {
        progress.saveBegins();
        try {
            checkpoint();
        } finally {
            progress.saveEnds();
        }
    }

    private void checkpoint() throws IOException {
        for (var value : state.values()) {
            if (!Float.isFinite(value)) {
                throw new FiligreeException(
                        Code.DIVERGED, "round %d: the update left a value that is not finite".formatted(state.round()));
            }
        }
        owner.check();
        last = store.save(
                owner.epoch(), state, last, this::rest, config.checkpoint().keep());
        events.saved();
        if (members != null) {
            members.saved(last.round(), config.checkpoint().keep());
        }
        rounds.goOnFrom(store.runFolder(), last);
        telemetry.saved();
    }

    private CheckpointStore.Rest rest(String folder) {
        var moments = rounds.saveMoments(state, store.runFolder(), folder);
        see(moments.origins());
        events.add("checkpoint", e -> e.put("round", state.round()).put("step", state.step()));
        return new CheckpointStore.Rest(moments.files(), events.unsaved(), exactness.machines());
    }
}
