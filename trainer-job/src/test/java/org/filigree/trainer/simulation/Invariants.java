package org.filigree.trainer.simulation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.filigree.trainer.run.CheckpointStore.Manifest;
import org.filigree.trainer.run.Outcome;
import org.filigree.trainer.run.RunState;

/** What must hold on the disk after every event, whoever lives. */
final class Invariants {

    private static final String FOLDER = Setting.OUTPUT + "/" + Setting.RUN + "/";
    private static final String OUTCOME = FOLDER + "outcome.json";
    private static final String EVENTS = FOLDER + "events.jsonl";
    private static final String OWNER = FOLDER + "owner";

    /** One name for all drivers; what stands there is replaced. */
    private static final Set<String> SHARED = Set.of(OUTCOME, EVENTS, FOLDER + "report.html");

    private final Disk disk;
    private final Setting setting;
    private final Reference reference;
    private final Map<Integer, byte[]> states = new HashMap<>();
    private final Map<Integer, ObjectNode> told = new HashMap<>();
    private final Parsed parsed = new Parsed();
    private final Map<String, String> promised = new HashMap<>();
    private final Set<String> committed = new HashSet<>();
    private final Map<Long, Integer> late = new HashMap<>();
    private int version = -1;
    private long owner;
    private int newest = -1;
    private int blind;

    /** Rounds are the undisturbed run's; where they may go on without some, those of the first checkpoint that holds them. */
    Invariants(Disk disk, Setting setting) {
        this.disk = disk;
        this.setting = setting;
        this.reference = Reference.of(setting);
        if (setting.waitsForAll()) {
            states.putAll(reference.states());
            reference.told().forEach(event -> told.put(told.size() + 1, event));
        }
    }

    int roundsWithoutSome() {
        return (int) told.values().stream()
                .filter(event ->
                        event.path("members").size() < event.path("workers").asInt())
                .count();
    }

    /** Writes over an outcome that came between the driver's look and its write: nothing prevents those. */
    int blind() {
        return blind;
    }

    void hold() {
        if (disk.version() != version) {
            version = disk.version();
            ownersRise();
            checkpointsAreWholeAndStay();
            whatADoneRunNamesIsThereForGood();
        }
    }

    boolean done() {
        return done(disk.bytes(OUTCOME)).isPresent();
    }

    private Optional<Outcome> done(byte[] bytes) {
        return parsed.outcome(bytes).filter(outcome -> outcome.status() == Outcome.Status.DONE);
    }

    /** A run that is done stays done: whoever writes one of its shared files has seen right before that it is not. */
    void replaces(String driver, String path, Driver.Look look) {
        if (!SHARED.contains(path) || !done()) {
            return;
        }
        require(
                look != null && look.path().equals(OUTCOME),
                () -> "%s replaces %s of a run that is done, and did not look".formatted(driver, path));
        require(done(look.found()).isEmpty(), () -> "%s replaces %s of a run that it saw done".formatted(driver, path));
        blind++;
    }

    private void ownersRise() {
        var highest = disk.below(OWNER).stream()
                .mapToLong(path -> Long.parseLong(path.substring(OWNER.length() + 1)))
                .max()
                .orElse(0);
        require(highest >= owner, () -> "the owner's epoch falls from %d to %d".formatted(owner, highest));
        owner = highest;
    }

    private void checkpointsAreWholeAndStay() {
        var round = -1;
        for (var path : disk.below(FOLDER + "checkpoints")) {
            var manifest =
                    path.endsWith("/manifest.json") ? parsed.manifest(disk.bytes(path)) : Optional.<Manifest>empty();
            if (manifest.isPresent()) {
                requireWhole(path, manifest.get());
                if (committed.add(path)) {
                    requireTheRunsOwn(path, manifest.get());
                    requireOwned(path, manifest.get());
                }
                round = Math.max(round, manifest.get().round());
            }
        }
        var found = round;
        require(found >= newest, () -> "the newest checkpoint falls from round %d to %d".formatted(newest, found));
        newest = found;
    }

    private void requireWhole(String path, Manifest manifest) {
        var entries = new ArrayList<>(manifest.segments());
        entries.add(manifest.state());
        entries.addAll(manifest.moments());
        var wanted = manifest.round() == 0 ? 0 : setting.keptMoments();
        require(
                manifest.moments().size() == wanted,
                () -> "%s names moments of %d workers, wanted %d"
                        .formatted(path, manifest.moments().size(), wanted));
        for (var entry : entries) {
            var bytes = disk.bytes(FOLDER + entry.path());
            require(bytes != null, () -> "%s names %s, which is not there".formatted(path, entry.path()));
            require(
                    bytes.length == entry.size() && parsed.digest(bytes).equals(entry.sha256()),
                    () -> "%s names %s, which is not whole".formatted(path, entry.path()));
        }
    }

    private void requireTheRunsOwn(String path, Manifest manifest) {
        var state = disk.bytes(FOLDER + manifest.state().path());
        require(
                Arrays.equals(trained(state), trained(states.computeIfAbsent(manifest.round(), round -> state))),
                () -> "%s: another state than the run's after round %d".formatted(path, manifest.round()));
        var events = new ByteArrayOutputStream();
        manifest.segments().forEach(segment -> events.writeBytes(disk.bytes(FOLDER + segment.path())));
        requireEveryRoundOnce(path, events.toByteArray(), manifest.round());
    }

    /** Without what evaluations said: a stop may come before the one after the round. What is published shows them. */
    private static byte[] trained(byte[] bytes) {
        try {
            var state = RunState.fromBytes(bytes);
            return new RunState(
                            state.round(),
                            state.step(),
                            state.values(),
                            state.firstMoment(),
                            state.secondMoment(),
                            state.outer(),
                            Double.POSITIVE_INFINITY,
                            new float[0],
                            0,
                            state.pace())
                    .toBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A driver that lost the run may end the checkpoint that it was writing, and no other. */
    private void requireOwned(String path, Manifest manifest) {
        if (manifest.epoch() < owner) {
            var times = late.merge(manifest.epoch(), 1, Integer::sum);
            require(
                    times == 1,
                    () -> "%s: epoch %d goes on with checkpoints after epoch %d was taken"
                            .formatted(path, manifest.epoch(), owner));
        }
    }

    private void requireEveryRoundOnce(String path, byte[] events, int rounds) {
        var found = Reference.rounds(events);
        require(
                found.size() == rounds
                        && IntStream.rangeClosed(1, rounds)
                                .allMatch(round -> found.get(round - 1)
                                        .equals(told.computeIfAbsent(round, r -> found.get(r - 1)))),
                () -> "%s: wanted the run's rounds up to %d, found %s".formatted(path, rounds, found));
    }

    private void whatADoneRunNamesIsThereForGood() {
        var done = done(disk.bytes(OUTCOME));
        if (done.isPresent()) {
            done.get()
                    .published()
                    .forEach(published -> published
                            .sha256()
                            .forEach((file, digest) -> promised.put(published.path() + "/" + file, digest)));
            if (blind == 0) {
                require(disk.holds(EVENTS), () -> "a run is done without its events");
                requireEveryRoundOnce(
                        EVENTS, disk.bytes(EVENTS), reference.told().size());
            }
        }
        promised.forEach((path, digest) -> {
            var bytes = disk.bytes(FOLDER + path);
            require(bytes != null, () -> "%s was published and is gone".formatted(path));
            require(parsed.digest(bytes).equals(digest), () -> "%s was published and changes".formatted(path));
        });
    }

    /** When all drivers have ended. */
    void holdAtTheEnd() {
        hold();
        require(done(), () -> "the run is not done");
        var files = new HashMap<String, byte[]>();
        for (var published : done(disk.bytes(OUTCOME)).orElseThrow().published()) {
            published
                    .sha256()
                    .keySet()
                    .forEach(file -> files.put(
                            published.which() + "/" + file, disk.bytes(FOLDER + published.path() + "/" + file)));
        }
        var wanted = reference.published();
        require(
                files.keySet().equals(wanted.keySet()),
                () -> "published %s, wanted %s".formatted(files.keySet(), wanted.keySet()));
        files.forEach((file, bytes) -> require(
                !setting.waitsForAll() || Arrays.equals(bytes, wanted.get(file)),
                () -> "%s has other bytes than the undisturbed run's".formatted(file)));
    }

    private static void require(boolean holds, Supplier<String> otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise.get());
        }
    }
}
