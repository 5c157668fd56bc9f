package org.filigree.trainer.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfigChanges;
import org.filigree.config.RunConfigChanges.Change;
import org.filigree.config.RunConfigReader;
import org.filigree.config.RunConfigWriter;
import org.filigree.format.FileTree;

/** A run's folder: run.yaml claims it, outcome.json closes it. */
public final class RunFolder {

    public static final String CONFIGURATION = "run.yaml";
    public static final String OUTCOME = "outcome.json";
    public static final String EVENTS = "events.jsonl";
    public static final String REPORT = "report.html";

    /** Characters of a value in a message: a list of sources can be long. */
    private static final int SHOWN = 200;

    private static final ObjectMapper MAPPER =
            new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    private static final ObjectWriter JSON = MAPPER.writer().with(SerializationFeature.INDENT_OUTPUT);

    private final FileTree files;
    private final String path;

    public RunFolder(FileTree files, String output, String run) {
        this.files = files;
        this.path = FileTree.join(output, run);
    }

    public String path() {
        return path;
    }

    public FileTree files() {
        return files;
    }

    public String at(String name) {
        return FileTree.join(path, name);
    }

    /**
     * Refuses a folder that is not this run's; writes nothing.
     *
     * @return what has changed since the run began, and may
     * @throws FiligreeException with CONFIGURATION, naming every field that must not differ
     */
    public List<Change> check(RunConfig config) throws IOException {
        if (free()) {
            return List.of();
        }
        if (!files.isFolder(path)) {
            throw new FiligreeException(Code.CONFIGURATION, path + ": is a file, wanted a folder for the run");
        }
        if (!files.exists(at(CONFIGURATION))) {
            throw new FiligreeException(
                    Code.CONFIGURATION,
                    "%s: holds other files and no %s; give another run id or output folder"
                            .formatted(path, CONFIGURATION));
        }
        // Read once: another driver that claims the run may write it meanwhile.
        var written = bytes(CONFIGURATION);
        if (cutOff(written, config)) {
            return List.of();
        }
        var then = RunConfigReader.read(
                at(CONFIGURATION), new String(written, StandardCharsets.UTF_8), List.of(), Map.of());
        var changes = RunConfigChanges.between(then, config);
        if (!changes.stream().allMatch(Change::allowed)) {
            throw new FiligreeException(
                    Code.CONFIGURATION,
                    "%s: holds a run with other settings (%s); give this one another run id, or its settings back"
                            .formatted(
                                    path,
                                    changes.stream()
                                            .filter(change -> !change.allowed())
                                            .map(RunFolder::text)
                                            .collect(Collectors.joining("; "))));
        }
        return changes;
    }

    /** Whether no run has it: at most one that was refused before it began has left its outcome. */
    private boolean free() throws IOException {
        return !files.exists(path) || (files.isFolder(path) && Set.of(OUTCOME).containsAll(files.list(path)));
    }

    private static String text(Change change) {
        return "%s: there %s, here %s".formatted(change.field(), shortened(change.then()), shortened(change.now()));
    }

    private static String shortened(String value) {
        return value.length() <= SHOWN ? value : value.substring(0, SHOWN) + "...";
    }

    /**
     * Claims the folder for the run. What was cut off stays so once a driver took the run.
     *
     * @return as {@link #check}, which another driver may have made out of date
     */
    public List<Change> claim(RunConfig config) throws IOException {
        var again = files.exists(at(CONFIGURATION));
        if (again) {
            var changes = check(config);
            if (!cutOff(bytes(CONFIGURATION), config) || files.exists(at(RunOwner.FOLDER))) {
                return changes;
            }
        }
        try (var out = files.create(at(CONFIGURATION), again)) {
            out.write(resolved(config));
            return List.of();
        } catch (FileAlreadyExistsException e) {
            return claim(config);
        }
    }

    /**
     * Whether a driver with the same configuration was killed, or is still at it, while it wrote run.yaml: what stands there
     * is the beginning of the text. What the rest should have said, the first checkpoint's start event holds.
     */
    private static boolean cutOff(byte[] written, RunConfig config) {
        return begins(written, resolved(config));
    }

    private static boolean begins(byte[] written, byte[] whole) {
        return written.length < whole.length && Arrays.equals(written, 0, written.length, whole, 0, written.length);
    }

    private static byte[] resolved(RunConfig config) {
        return RunConfigWriter.writeWithoutSecrets(config).getBytes(StandardCharsets.UTF_8);
    }

    /** The outcome of a run that is done. */
    public Optional<Outcome> done() throws IOException {
        return outcome().filter(outcome -> outcome.status() == Outcome.Status.DONE);
    }

    /**
     * For the driver that has just taken the run: the outcome of a run that is done. Any other says how an earlier driver
     * ended and is taken away, so that it does not speak for this one if it is killed. As in {@link #write}, the look and the
     * removal are two operations.
     */
    public Optional<Outcome> doneOrOpened() throws IOException {
        var done = done();
        if (done.isEmpty()) {
            files.delete(at(OUTCOME));
        }
        return done;
    }

    /** The outcome as it stands; empty where there is none, or one that is cut off, or was taken away, meanwhile. */
    public Optional<Outcome> outcome() throws IOException {
        if (!files.exists(at(OUTCOME))) {
            return Optional.empty();
        }
        try (var in = files.open(at(OUTCOME))) {
            return Optional.of(MAPPER.readValue(in, Outcome.class));
        } catch (JsonProcessingException | FileNotFoundException | NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /**
     * The commit of a run: before it nothing is published, after it everything that it names is. Where the answer to the
     * write is lost, what stands there decides; the beginning of it, as a full disk leaves it, is taken away.
     *
     * @throws FiligreeException with RETRY when the run is done already
     */
    public void close(Outcome outcome) throws IOException {
        var content = JSON.writeValueAsString(outcome) + "\n";
        try {
            write(OUTCOME, content);
        } catch (IOException e) {
            if (!stands(content, e)) {
                throw e;
            }
        }
    }

    /**
     * Says that a driver was refused before it had the run. Nothing is written where another driver may be at work, or the
     * run is done; what an earlier driver left, which did not end it, gives way.
     */
    public void refuse(Outcome outcome) throws IOException {
        if (free() || (files.exists(at(CONFIGURATION)) && outcome().isPresent())) {
            close(outcome);
        }
    }

    /** Whether it is there whole; where it was cut off, nothing of it is there afterwards. */
    private boolean stands(String content, IOException reason) {
        try {
            if (!files.exists(at(OUTCOME))) {
                return false;
            }
            var whole = content.getBytes(StandardCharsets.UTF_8);
            var found = bytes(OUTCOME);
            if (begins(found, whole)) {
                files.delete(at(OUTCOME));
            }
            return Arrays.equals(found, whole);
        } catch (IOException e) {
            reason.addSuppressed(e);
            return false;
        }
    }

    /**
     * Writes one of the files that all drivers of the run write under the same name. The look and the write are two
     * operations: only a driver that is paused between them for as long as another takes to end the run writes all the same.
     *
     * @throws FiligreeException with RETRY when the run is done: what stands there is its own
     * @throws IOException also when the outcome could not be read
     */
    public void write(String name, String content) throws IOException {
        if (done().isPresent()) {
            throw new FiligreeException(Code.RETRY, path + ": the run is done; another driver has ended it");
        }
        try (var out = files.create(at(name), true)) {
            out.write(content.getBytes(StandardCharsets.UTF_8));
        }
    }

    public String text(String name) throws IOException {
        return new String(bytes(name), StandardCharsets.UTF_8);
    }

    private byte[] bytes(String name) throws IOException {
        try (var in = files.open(at(name))) {
            return in.readAllBytes();
        }
    }
}
