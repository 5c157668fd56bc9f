package org.filigree.trainer.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.filigree.format.FileTree;
import org.filigree.format.Sha256;

/**
 * The checkpoints of a run and the segments of its events. Files are written once under names that no other driver uses
 * (they carry the owner's epoch), the manifest last: a checkpoint is there when its manifest is, and every file it names
 * has the size it gives and, but for the workers' moments, the SHA-256. Readers ignore everything else.
 */
public final class CheckpointStore {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MANIFEST = "manifest.json";

    /** @param path below the run folder */
    public record Entry(String path, long size, String sha256) implements Serializable {}

    /**
     * What a checkpoint consists of.
     *
     * @param segments of events, in order, from the run's start to this checkpoint
     * @param machines parts of the fingerprints that the state was computed on, in the order they joined
     * @param moments of the workers, where they keep their own; who reads one checks its content
     */
    public record Manifest(
            int round,
            long epoch,
            Entry state,
            List<Entry> segments,
            List<Map<String, String>> machines,
            List<Entry> moments) {}

    /**
     * What belongs to a checkpoint beside the state.
     *
     * @param events since the one before
     */
    public record Rest(List<Entry> moments, List<String> events, List<Map<String, String>> machines) {}

    /** Has the rest once the state is written, as workers write their part themselves. */
    public interface Completion {
        /** @param folder of the checkpoint, below the run folder: for files that nobody else writes */
        Rest complete(String folder) throws IOException;
    }

    /** A valid checkpoint: the state, and the events so far, one JSON object each. */
    public record Found(RunState state, List<String> events, Manifest manifest) {}

    private final FileTree files;
    private final String runFolder;
    private final Housekeeping housekeeping;

    public CheckpointStore(FileTree files, String runFolder) {
        this.files = files;
        this.runFolder = runFolder;
        this.housekeeping = new Housekeeping(at("checkpoints"));
    }

    public String runFolder() {
        return runFolder;
    }

    /** For a driver of that epoch, before it looks for a checkpoint. */
    public MembersFolder members(long epoch) throws IOException {
        return new MembersFolder(files, runFolder, epoch);
    }

    /**
     * Writes a checkpoint, then removes all but the {@code keep} newest that are committed and itself.
     *
     * @param previous what this driver resumed from or saved last; null for the first
     * @throws IOException when it could not be written: earlier checkpoints stand untouched
     */
    public Manifest save(long epoch, RunState state, Manifest previous, Completion completion, int keep)
            throws IOException {
        var name = "%08d-%d".formatted(state.round(), epoch);
        var manifest = prepared(name, epoch, state, previous, completion);
        commit(name, manifest);
        housekeeping.attempt(() -> prune(keep, name));
        return manifest;
    }

    /** All that the manifest names, and nobody knows of yet. */
    private Manifest prepared(String name, long epoch, RunState state, Manifest previous, Completion completion)
            throws IOException {
        try {
            var written = write("checkpoints/" + name + "/state.bin", state.toBytes());
            var rest = completion.complete("checkpoints/" + name);
            var segments = new ArrayList<>(previous == null ? List.<Entry>of() : previous.segments());
            var lines = rest.events().isEmpty() ? "" : String.join("\n", rest.events()) + "\n";
            segments.add(write("events/" + name + ".jsonl", lines.getBytes(StandardCharsets.UTF_8)));
            return new Manifest(state.round(), epoch, written, List.copyOf(segments), rest.machines(), rest.moments());
        } catch (FileAlreadyExistsException e) {
            // Somebody has the name, who may commit it or has done so: nothing there is known to be this driver's.
            throw e;
        } catch (Exception e) {
            // Where the workers write, Spark throws checked exceptions that its Scala methods do not declare.
            takeAway(name, e);
            throw e;
        }
    }

    private void commit(String name, Manifest manifest) throws IOException {
        try {
            // The commit: before this line there is no checkpoint, after it there is one.
            write("checkpoints/" + name + "/" + MANIFEST, JSON.writeValueAsBytes(manifest));
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            if (cutOff(name, e)) {
                takeAway(name, e);
            }
            throw e;
        }
    }

    /**
     * Whether a manifest that could not be written, by its writer, is there and not whole. One that is not there may have
     * been: another driver has gone on from it then, keeps the events, and has pruned the rest.
     */
    private boolean cutOff(String name, Exception reason) {
        try {
            return files.exists(at("checkpoints/" + name + "/" + MANIFEST))
                    && manifest(name).isEmpty();
        } catch (IOException | RuntimeException e) {
            reason.addSuppressed(e);
            return false;
        }
    }

    /** Frees what a checkpoint took that was never committed. */
    private void takeAway(String name, Exception reason) {
        try {
            files.delete(at("checkpoints/" + name));
            files.delete(at("events/" + name + ".jsonl"));
        } catch (IOException | RuntimeException e) {
            reason.addSuppressed(e);
        }
    }

    /**
     * The newest checkpoint that is whole. A driver that lost the run in mid-save may commit one behind the back of this, and
     * remove the older ones before they are looked at: it looks until nothing changes.
     */
    public Optional<Found> newest() throws IOException {
        var before = committed();
        while (true) {
            var found = newest(before);
            var after = committed();
            if (after.equals(before)) {
                return found;
            }
            before = after;
        }
    }

    private Optional<Found> newest(List<String> oldestFirst) throws IOException {
        for (var i = oldestFirst.size() - 1; i >= 0; i--) {
            var found = read(oldestFirst.get(i));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** @param written its driver goes on from that, though another driver be further */
    private void prune(int keep, String written) throws IOException {
        var committed = committed();
        for (var name : committed.subList(0, Math.max(0, committed.size() - keep))) {
            if (!name.equals(written)) {
                // The manifest first: what remains of an interrupted removal is ignored.
                files.delete(at("checkpoints/" + name + "/" + MANIFEST));
                files.delete(at("checkpoints/" + name));
            }
        }
    }

    /**
     * Oldest first, by round, then by the owner's epoch; looked at in that order, as one is removed only after a newer one
     * was committed.
     */
    private List<String> committed() throws IOException {
        var names = new ArrayList<>(listed());
        names.removeIf(name -> !name.matches("\\d{8}-\\d{1,18}"));
        names.sort(Comparator.<String>comparingInt(n -> Integer.parseInt(n.substring(0, 8)))
                .thenComparingLong(n -> Long.parseLong(n.substring(9))));
        var committed = new ArrayList<String>();
        for (var name : names) {
            if (committed(name)) {
                committed.add(name);
            }
        }
        return committed;
    }

    /** By its manifest alone: it names a segment of events for every checkpoint of the run, and none is read here. */
    private boolean committed(String name) throws IOException {
        try {
            return files.exists(at("checkpoints/" + name + "/" + MANIFEST))
                    && manifest(name).isPresent();
        } catch (FileNotFoundException | NoSuchFileException e) {
            return false;
        }
    }

    /** Empty, too, where the only checkpoint was being taken away: an object store has no empty folders. */
    private List<String> listed() throws IOException {
        try {
            return files.exists(at("checkpoints")) ? files.list(at("checkpoints")) : List.of();
        } catch (FileNotFoundException | NoSuchFileException e) {
            return List.of();
        }
    }

    /** Empty, too, where another driver removed the checkpoint while it was read. */
    private Optional<Found> read(String name) throws IOException {
        try {
            return present(name);
        } catch (FileNotFoundException | NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private Optional<Found> present(String name) throws IOException {
        var found = manifest(name);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        var manifest = found.get();
        var state = valid(manifest.state());
        if (state.isEmpty()) {
            return Optional.empty();
        }
        for (var entry : manifest.moments()) {
            if (!files.exists(at(entry.path())) || files.size(at(entry.path())) != entry.size()) {
                return Optional.empty();
            }
        }
        var events = new ArrayList<String>();
        for (var segment : manifest.segments()) {
            var content = valid(segment);
            if (content.isEmpty()) {
                return Optional.empty();
            }
            new String(content.get(), StandardCharsets.UTF_8).lines().forEach(events::add);
        }
        return Optional.of(new Found(RunState.fromBytes(state.get()), List.copyOf(events), manifest));
    }

    /** Empty where it was cut off while it was written: the checkpoint was never committed. */
    private Optional<Manifest> manifest(String name) throws IOException {
        try {
            return Optional.of(JSON.readValue(bytes(at("checkpoints/" + name + "/" + MANIFEST)), Manifest.class));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private Optional<byte[]> valid(Entry entry) throws IOException {
        if (!files.exists(at(entry.path()))) {
            return Optional.empty();
        }
        var content = bytes(at(entry.path()));
        return content.length == entry.size() && Sha256.of(content).equals(entry.sha256())
                ? Optional.of(content)
                : Optional.empty();
    }

    private Entry write(String path, byte[] content) throws IOException {
        try (var out = files.create(at(path), false)) {
            out.write(content);
        }
        return new Entry(path, content.length, Sha256.of(content));
    }

    private byte[] bytes(String path) throws IOException {
        try (var in = files.open(path)) {
            return in.readAllBytes();
        }
    }

    private String at(String path) {
        return FileTree.join(runFolder, path);
    }
}
