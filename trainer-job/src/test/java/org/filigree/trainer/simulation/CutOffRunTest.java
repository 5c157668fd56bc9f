package org.filigree.trainer.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.filigree.config.FiligreeException;
import org.filigree.config.RunConfig;
import org.filigree.trainer.round.SimulatedWorkers;
import org.filigree.trainer.run.EventLog;
import org.filigree.trainer.run.Outcome;
import org.junit.jupiter.api.Test;

/** What a driver left when it was cut off at one place, and what the next makes of it. */
class CutOffRunTest {

    private static final String FOLDER = "lake/run/";
    private static final Setting SETTING = Setting.GRADIENTS;

    private final Disk disk = new Disk(false);
    private boolean stop;

    private Outcome train(RunConfig config) throws IOException {
        return train(config, (tasks, job) -> IntStream.range(0, tasks).boxed().toList());
    }

    private Outcome train(RunConfig config, SimulatedWorkers.Cluster cluster) throws IOException {
        return new SimulatedDriver(
                        config,
                        new DriverFiles(disk, new Driver("driver"), new Calm()),
                        cluster,
                        () -> 0,
                        () -> stop && disk.holds(FOLDER + "run.yaml"))
                .train();
    }

    private Outcome train() throws IOException {
        return train(SETTING.config(1, 2));
    }

    private void put(String path, byte[] bytes) {
        disk.write(disk.create(FOLDER + path), 0, bytes);
    }

    /** Right after the run was claimed: one that is stopped before that leaves no settings. */
    private void stopAtTheStart() {
        stop = true;
        assertThatThrownBy(this::train)
                .isInstanceOfSatisfying(
                        FiligreeException.class, e -> assertThat(e.code()).isEqualTo(FiligreeException.Code.STOPPED));
        stop = false;
    }

    @Test
    void aFolderThatWasCutOffInAFileIsPublishedBesideItAndStays() throws IOException {
        var values = Reference.of(SETTING).published().get("last/adapter_model.safetensors");
        var cut = Arrays.copyOf(values, 5);
        put("adapters/tuned/adapter_model.safetensors", cut);
        claim();

        var outcome = train();

        assertThat(outcome.published())
                .extracting(Outcome.Published::path)
                .containsExactly("adapters/tuned-1", "adapters/tuned-best");
        assertThat(disk.bytes(FOLDER + "adapters/tuned-1/adapter_model.safetensors"))
                .isEqualTo(values);
        assertThat(disk.bytes(FOLDER + "adapters/tuned/adapter_model.safetensors"))
                .isEqualTo(cut);
        assertThat(disk.holds(FOLDER + "adapters/tuned/adapter_config.json")).isFalse();
    }

    /** A folder without run.yaml would be somebody else's. */
    private void claim() {
        put("run.yaml", new byte[0]);
    }

    @Test
    void whatAnEarlierDriverPublishedWholeIsTakenOverAsItLies() throws IOException {
        var values = Reference.of(SETTING).published().get("last/adapter_model.safetensors");
        put("adapters/tuned/adapter_model.safetensors", values);
        var lies = disk.bytes(FOLDER + "adapters/tuned/adapter_model.safetensors");
        claim();

        var outcome = train();

        assertThat(outcome.published())
                .extracting(Outcome.Published::path)
                .containsExactly("adapters/tuned", "adapters/tuned-best");
        assertThat(disk.bytes(FOLDER + "adapters/tuned/adapter_model.safetensors"))
                .isSameAs(lies);
    }

    @Test
    void aRunWhoseYamlWasCutOffLaterGoesOnWithItsOwnSettingsOnly() throws IOException {
        stopAtTheStart();
        var whole = disk.bytes(FOLDER + "run.yaml");
        put("run.yaml", Arrays.copyOf(whole, 100));

        assertThatThrownBy(() -> train(SETTING.config(1, 2, "training.learning_rate=0.2")))
                .hasMessageContaining("the run's configuration has changed");
        assertThat(train().status()).isEqualTo(Outcome.Status.DONE);
    }

    @Test
    void aDriverWithOtherSettingsThatPreparedWhileTheRunBeganDoesNotTakeIt() {
        SimulatedWorkers.Cluster meanwhile = (tasks, job) -> {
            if (!disk.holds(FOLDER + "run.yaml")) {
                stopAtTheStart();
            }
            return IntStream.range(0, tasks).boxed().toList();
        };
        assertThatThrownBy(() -> train(SETTING.config(1, 2, "training.learning_rate=0.2"), meanwhile))
                .isInstanceOfSatisfying(
                        FiligreeException.class,
                        e -> assertThat(e.code()).isEqualTo(FiligreeException.Code.CONFIGURATION))
                .hasMessageContaining("holds a run with other settings")
                .hasMessageContaining("training.learning_rate");
        assertThat(disk.holds(FOLDER + "owner/2")).isFalse();
    }

    private void assertStops(RunConfig config, SimulatedWorkers.Cluster cluster, FiligreeException.Code code) {
        assertThatThrownBy(() -> train(config, cluster))
                .isInstanceOfSatisfying(
                        FiligreeException.class, e -> assertThat(e.code()).isEqualTo(code));
        stop = false;
    }

    /** Told to stop as a round begins. */
    private SimulatedWorkers.Cluster stoppedIn(int round, Runnable then) {
        return (tasks, job) -> {
            if (job.startsWith("round %d,".formatted(round))) {
                stop = true;
                then.run();
            }
            return IntStream.range(0, tasks).boxed().toList();
        };
    }

    @Test
    void aDriverToldToStopThatHasLostItsRunSaysSo() {
        var lost = stoppedIn(2, () -> put("owner/7", new byte[0]));
        assertStops(SETTING.config(1, 2), lost, FiligreeException.Code.RETRY);
    }

    @Test
    void whatAStopCutsOffIsToldBesideIt() {
        var cutOff = stoppedIn(2, () -> {
            throw new IllegalStateException("the job is cancelled");
        });
        assertThatThrownBy(() -> train(SETTING.config(1, 2), cutOff))
                .hasMessageStartingWith("stopped after round 1; the checkpoint after round 1")
                .satisfies(failure -> assertThat(failure.getCause().getSuppressed())
                        .extracting(Throwable::getMessage)
                        .containsExactly("the job is cancelled"));
    }

    @Test
    void aStopInAnEvaluationLosesNoRoundAndTheRunGoesOnWithIt() throws IOException {
        var settings = new String[] {"evaluation.every_rounds=2", "checkpoint.every_rounds=100"};
        var scored = new AtomicInteger();
        SimulatedWorkers.Cluster cutOff = (tasks, job) -> {
            if (job.startsWith("scores rows") && scored.incrementAndGet() == 2) {
                stop = true;
                throw new IllegalStateException("the job is cancelled");
            }
            return IntStream.range(0, tasks).boxed().toList();
        };
        assertThatThrownBy(() -> train(SETTING.config(1, 2, settings), cutOff))
                .hasMessageStartingWith("stopped after round 2; the checkpoint after round 2");
        stop = false;

        train(SETTING.config(1, 2, settings));

        assertThat(named("round")).containsExactly(1, 2, 3, 4, 5);
        assertThat(named("evaluation")).containsExactly(0, 2, 4, 5);
    }

    /** The rounds of the events of a kind, in order. */
    private List<Integer> named(String event) {
        var events = EventLog.parse(new String(disk.bytes(FOLDER + "events.jsonl"), StandardCharsets.UTF_8)
                .lines()
                .toList());
        return EventLog.named(events, event).stream()
                .map(e -> e.path("round").intValue())
                .toList();
    }

    @Test
    void aRunThatEndsEarlyWhereItGoesOnEndsInValuesThatWereEvaluated() throws IOException {
        var settings = new String[] {"evaluation.every_rounds=2", "training.learning_rate=50"};
        assertStops(SETTING.config(1, 2, settings), stoppedIn(3, () -> {}), FiligreeException.Code.STOPPED);

        var outcome = train(SETTING.config(1, 2, settings[0], settings[1], "evaluation.early_stopping_patience=1"));

        assertThat(outcome.message()).contains("early stopping");
        assertThat(named("evaluation")).containsExactly(0, 2, 3);
    }
}
