package org.filigree.trainer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfigChanges.Change;
import org.filigree.trainer.forecast.RunForecast;
import org.filigree.trainer.publish.PublishedFiles;
import org.filigree.trainer.publish.Publisher;
import org.filigree.trainer.report.HtmlReport;
import org.filigree.trainer.round.ExecutorUse;
import org.filigree.trainer.round.Origin;
import org.filigree.trainer.round.RoundLoop;
import org.filigree.trainer.run.CheckpointStore;
import org.filigree.trainer.run.EventLog;
import org.filigree.trainer.run.Failures;
import org.filigree.trainer.run.Outcome;
import org.filigree.trainer.run.RunFolder;
import org.filigree.trainer.run.RunOwner;
import org.filigree.trainer.telemetry.Telemetry;

/** One call of {@code train}: claims the run, goes on from its newest checkpoint, trains, publishes. */
final class TrainingRun {

    private static final Set<Code> RESUMABLE = Set.of(Code.RUN_TIME, Code.RETRY, Code.STOPPED);

    /** A run's inputs and cluster, opened. */
    interface Prepared extends AutoCloseable {

        Trainee trainee();

        RunForecast forecast();

        RoundLoop rounds();

        PublishedFiles published();

        /** What the executors took so far. */
        List<ExecutorUse> use();

        @Override
        void close();
    }

    /** Opens inputs and cluster, and refuses what can be refused before there is a run. */
    interface Preparation {
        Prepared prepare() throws IOException;
    }

    private final RunFolder folder;
    private final RunConfig config;
    private final Progress progress;
    private final Telemetry telemetry;
    private final LongSupplier clock;
    private final long began;
    private boolean claimed;

    /** @param clock nanoseconds */
    TrainingRun(RunFolder folder, RunConfig config, Progress progress, Telemetry telemetry, LongSupplier clock) {
        this.folder = folder;
        this.config = config;
        this.progress = progress;
        this.telemetry = telemetry;
        this.clock = clock;
        this.began = clock.getAsLong();
    }

    /** @param preparation asked for only where there is something to do */
    Outcome run(Preparation preparation) {
        try {
            return toTheEnd(preparation);
        } catch (Exception e) {
            // Spark throws checked exceptions that its Scala methods do not declare.
            var shown = explained(e);
            if (!claimed) {
                refuse(shown);
            }
            throw shown;
        }
    }

    private Outcome toTheEnd(Preparation preparation) throws IOException {
        folder.check(config);
        var ended = folder.done();
        if (ended.isPresent()) {
            return ended.get();
        }
        try (var prepared = preparation.prepare()) {
            // A base that does not load is told before there is a run.
            var origins = prepared.rounds().origins();
            new Exactness(config.engine().exact(), List.of()).see(origins);
            progress.stopIfAsked();
            var changes = folder.claim(config);
            claimed = true;
            return owned(prepared, origins, changes);
        }
    }

    private Outcome owned(Prepared prepared, List<Origin> origins, List<Change> changes) throws IOException {
        var trainee = prepared.trainee();
        var owner = RunOwner.take(folder.files(), folder.path());
        try {
            // Another driver may have ended the run while this one prepared it.
            var ended = folder.doneOrOpened();
            if (ended.isPresent()) {
                return ended.get();
            }
            var store = new CheckpointStore(folder.files(), folder.path());
            var trained = new TrainingLoop(config, trainee, prepared.rounds(), store, owner, progress, telemetry, clock)
                    .toTheEnd(origins, changes, prepared.forecast());
            var use = prepared.use();
            var published = new Publisher(
                            folder,
                            owner,
                            config.adapter().name(),
                            trainee.heldOutLengths(),
                            prepared.rounds(),
                            prepared.published())
                    .publish(trained.state(), trained.heldOutLoss());
            owner.check();
            published.forEach(p -> progress.published(folder.at(p.path())));
            return close(trainee, trained, use, prepared.forecast(), published);
        } catch (Exception e) {
            throw failed(explained(e), owner);
        }
    }

    private Outcome close(
            Trainee trainee,
            TrainingLoop.Ended ended,
            List<ExecutorUse> use,
            RunForecast forecast,
            List<Outcome.Published> published)
            throws IOException {
        var events = ended.events();
        var told = new ArrayList<>(EventLog.parse(events.all()));
        var measured = Measured.of(use, told);
        told.add(events.add("measured", e -> measured.tell(e, forecast)));
        published.forEach(p -> events.add(
                "published",
                e -> e.put("which", p.which()).put("path", p.path()).put("bytes", p.bytes())));
        events.add("finish", e -> e.put("reason", ended.reason()));
        var outcome =
                Summary.of(told).outcome(config, trainee, ended.reason(), ended.exactness(), published, seconds());
        folder.write(RunFolder.EVENTS, String.join("\n", events.all()) + "\n");
        folder.write(RunFolder.REPORT, HtmlReport.of(outcome, told));
        folder.close(outcome);
        telemetry.ended(outcome.status());
        return outcome;
    }

    private double seconds() {
        return (clock.getAsLong() - began) / 1e9;
    }

    /** Once a stop is asked for, Spark's jobs fail because they are cancelled. */
    private FiligreeException explained(Exception failure) {
        var shown = Failures.explained(failure, config);
        return progress.stopRequested() && (shown.code() == Code.RUN_TIME || Failures.ofAnEndedSession(failure))
                ? new FiligreeException(Code.STOPPED, "stopped while Spark was at work", failure)
                : shown;
    }

    /** The failure with what is saved, which outcome.json says too. */
    private FiligreeException failed(FiligreeException failure, RunOwner owner) {
        try {
            var newest = new CheckpointStore(folder.files(), folder.path()).newest();
            var shown = withWhatIsSaved(failure, newest);
            tell(shown, newest, owner);
            return shown;
        } catch (IOException | RuntimeException e) {
            failure.addSuppressed(e);
            tell(failure, Optional.empty(), owner);
            return failure;
        }
    }

    /** A failure's line ends with what is saved, and how to go on where the same command could do better. */
    private FiligreeException withWhatIsSaved(FiligreeException failure, Optional<CheckpointStore.Found> newest) {
        var saved = newest.isEmpty()
                ? "no checkpoint was saved"
                : "the checkpoint after round %d in %s stands"
                        .formatted(newest.get().state().round(), folder.path());
        var resumes = newest.isPresent() && RESUMABLE.contains(failure.code());
        return new FiligreeException(
                failure.code(),
                "%s; %s%s"
                        .formatted(
                                failure.getMessage(), saved, resumes ? ", and the same command goes on from it" : ""),
                failure);
    }

    /** Says in outcome.json how the run failed, unless it is done or another driver has it. What fails here is told along. */
    private void tell(FiligreeException failure, Optional<CheckpointStore.Found> newest, RunOwner owner) {
        try {
            owner.check();
            var outcome = outcome(failure, newest);
            folder.close(outcome);
            telemetry.ended(outcome.status());
        } catch (IOException | RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private Outcome outcome(FiligreeException failure, Optional<CheckpointStore.Found> newest) {
        var events = newest.map(CheckpointStore.Found::events).orElseGet(List::of);
        var machines = newest.map(found -> found.manifest().machines()).orElseGet(List::of);
        return Summary.of(EventLog.parse(events)).failed(config, failure, machines, seconds());
    }

    /** Says in outcome.json why this driver did not begin, where nobody else may be at work. What fails here is told along. */
    private void refuse(FiligreeException failure) {
        try {
            var newest = new CheckpointStore(folder.files(), folder.path()).newest();
            folder.refuse(outcome(failure, newest));
        } catch (IOException | RuntimeException e) {
            failure.addSuppressed(e);
        }
    }
}
