package org.filigree.trainer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfigChanges.Change;
import org.filigree.dataprep.files.HadoopFiles;
import org.filigree.trainer.forecast.RunForecast;
import org.filigree.trainer.input.Forecasts;
import org.filigree.trainer.input.RunRounds;
import org.filigree.trainer.input.RunSetup;
import org.filigree.trainer.input.StartingAdapter;
import org.filigree.trainer.mlflow.MlflowReport;
import org.filigree.trainer.publish.Publisher;
import org.filigree.trainer.report.HtmlReport;
import org.filigree.trainer.round.ExecutorUse;
import org.filigree.trainer.round.Origin;
import org.filigree.trainer.run.CheckpointStore;
import org.filigree.trainer.run.EventLog;
import org.filigree.trainer.run.Failures;
import org.filigree.trainer.run.Outcome;
import org.filigree.trainer.run.RunFolder;
import org.filigree.trainer.run.RunOwner;
import org.filigree.trainer.telemetry.RunTelemetry;

/** One call of {@code train}: claims the run, goes on from its newest checkpoint, trains, publishes. */
final class TrainingRun {

    private static final Set<Code> RESUMABLE = Set.of(Code.RUN_TIME, Code.RETRY, Code.STOPPED);

    private final SparkSession spark;
    private final RunConfig config;
    private final Progress progress;
    private final RunTelemetry telemetry;
    private final RunFolder folder;
    private final Map<String, String> environment;
    private final long began = System.nanoTime();
    private Optional<MlflowReport> report = Optional.empty();
    private boolean claimed;

    TrainingRun(
            SparkSession spark,
            RunConfig config,
            Progress progress,
            RunTelemetry telemetry,
            Map<String, String> environment)
            throws IOException {
        this.environment = environment;
        this.spark = spark;
        this.progress = progress;
        this.telemetry = telemetry;
        var files = new HadoopFiles(spark.sparkContext().hadoopConfiguration());
        this.config = StartingAdapter.resolved(files, config);
        // Executors read there what is to be published, and have working directories of their own.
        this.folder = new RunFolder(files, files.absolute(config.output()), config.run());
    }

    Outcome run() {
        try {
            return toTheEnd();
        } catch (Exception e) {
            // Spark throws checked exceptions that its Scala methods do not declare.
            var shown = explained(e);
            if (!claimed) {
                refuse(shown);
            }
            throw shown;
        }
    }

    private Outcome toTheEnd() throws IOException {
        var changes = folder.check(config);
        var ended = done();
        if (ended.isPresent()) {
            return ended.get();
        }
        report = MlflowReport.of(config, folder, environment);
        var setup = RunSetup.of(spark, config);
        progress.prepared(setup.corpus());
        stopIfAsked();
        var context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        var forecast = Forecasts.of(context, config, setup);
        forecast.requireFits();
        progress.forecast(forecast);
        try (var rounds = new RunRounds(context, config, setup)) {
            // A base that does not load is told before there is a run.
            var origins = rounds.loop().origins();
            new Exactness(config.engine().exact(), List.of()).see(origins);
            stopIfAsked();
            folder.claim(config);
            claimed = true;
            return owned(setup, rounds, origins, changes, forecast);
        }
    }

    private Optional<Outcome> done() throws IOException {
        return folder.outcome().filter(outcome -> outcome.status() == Outcome.Status.DONE);
    }

    private Outcome owned(
            RunSetup setup, RunRounds inputs, List<Origin> origins, List<Change> changes, RunForecast forecast)
            throws IOException {
        var rounds = inputs.loop();
        var owner = RunOwner.take(folder.files(), folder.path());
        // Another driver may have ended the run while this one prepared it.
        var ended = done();
        if (ended.isPresent()) {
            return ended.get();
        }
        report.ifPresent(telemetry::add);
        try {
            var store = new CheckpointStore(
                    folder.files(), folder.path(), (state, below) -> rounds.saveMoments(state, folder.path(), below));
            var trained = new TrainingLoop(config, setup, rounds, store, owner, progress, telemetry)
                    .toTheEnd(origins, changes, forecast);
            var use = inputs.use();
            var published =
                    new Publisher(folder, owner, config, setup, rounds).publish(trained.state(), trained.heldOutLoss());
            owner.check();
            published.forEach(p -> progress.published(folder.at(p.path())));
            return close(setup, trained, use, forecast, published);
        } catch (Exception e) {
            throw failed(explained(e), owner);
        }
    }

    private Outcome close(
            RunSetup setup,
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
        var outcome = Summary.of(told).outcome(config, setup, ended.reason(), ended.exactness(), published, seconds());
        folder.write(RunFolder.EVENTS, String.join("\n", events.all()) + "\n");
        folder.write(RunFolder.REPORT, HtmlReport.of(outcome, told));
        folder.close(outcome);
        report.ifPresent(to -> to.ended(outcome.status()));
        return outcome;
    }

    private double seconds() {
        return (System.nanoTime() - began) / 1e9;
    }

    private void stopIfAsked() {
        if (progress.stopRequested()) {
            throw new FiligreeException(Code.STOPPED, "stopped before the first round");
        }
    }

    /** Once a stop is asked for, Spark's jobs fail because they are cancelled. */
    private FiligreeException explained(Exception failure) {
        var shown = Failures.explained(failure);
        return progress.stopRequested() && shown.code() == Code.RUN_TIME
                ? new FiligreeException(Code.STOPPED, "stopped while Spark was at work", failure)
                : shown;
    }

    /** The failure with what is saved, which outcome.json says too. */
    private FiligreeException failed(FiligreeException failure, RunOwner owner) {
        try {
            var newest = new CheckpointStore(folder.files(), folder.path()).newest();
            var shown = withWhatIsSaved(failure, newest);
            tell(shown, newest.map(CheckpointStore.Found::events).orElseGet(List::of), owner);
            return shown;
        } catch (IOException | RuntimeException e) {
            failure.addSuppressed(e);
            tell(failure, List.of(), owner);
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
    private void tell(FiligreeException failure, List<String> events, RunOwner owner) {
        try {
            owner.check();
            folder.fail(Summary.of(EventLog.parse(events)).failed(config, failure, seconds()));
            var stands = folder.outcome().map(Outcome::status).orElse(Outcome.Status.FAILED);
            report.ifPresent(to -> to.ended(stands));
        } catch (IOException | RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /** Says in outcome.json why the run did not begin, where its folder is nobody's. What fails here is told along. */
    private void refuse(FiligreeException failure) {
        try {
            folder.refuse(Summary.of(List.of()).failed(config, failure, seconds()));
        } catch (IOException | RuntimeException e) {
            failure.addSuppressed(e);
        }
    }
}
