package org.filigree.trainer.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.filigree.format.FileTree;

/**
 * The members of rounds, a file each below {@code members/}, named by round and the epoch of the driver that wrote it. Where
 * two drivers made a round, the newer one's counts: the older stops at its next checkpoint.
 */
public final class MembersFolder {

    private static final ObjectMapper JSON = new ObjectMapper();

    private record Members(int round, List<Integer> workers) {}

    private final FileTree files;
    private final String runFolder;
    private final long epoch;
    private final List<String> found;
    private final Housekeeping housekeeping;
    private final Deque<Integer> written = new ArrayDeque<>();
    private final Deque<Integer> checkpoints = new ArrayDeque<>();

    /**
     * Lists the folder, once: what an older driver writes later does not count. It was not the run's owner any more, so no
     * checkpoint of its holds that round.
     *
     * @param epoch of a driver that has taken the run, and has not yet looked for a checkpoint: one that an older driver
     *     commits now, and removes members for, is either found after this, or the members are missed
     */
    public MembersFolder(FileTree files, String runFolder, long epoch) throws IOException {
        this.files = files;
        this.runFolder = runFolder;
        this.epoch = epoch;
        this.found = listed();
        this.housekeeping = new Housekeeping(folder());
    }

    /** Empty, too, where the last of them was being removed: an object store has no empty folders. */
    private List<String> listed() throws IOException {
        try {
            return files.exists(folder()) ? files.list(folder()) : List.of();
        } catch (FileNotFoundException | NoSuchFileException e) {
            return List.of();
        }
    }

    /** Empty where there are none, or only such as were cut off while they were written. */
    public Optional<List<Integer>> of(int round) {
        try {
            return newest(name(round));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<List<Integer>> newest(String prefix) throws IOException {
        var newestFirst = found.stream()
                .filter(name -> name.matches(prefix + "\\d{1,18}\\.json"))
                .sorted(Comparator.<String>comparingLong(name ->
                                Long.parseLong(name.substring(prefix.length(), name.length() - ".json".length())))
                        .reversed())
                .toList();
        for (var name : newestFirst) {
            var members = read(FileTree.join(folder(), name));
            if (members.isPresent()) {
                return members;
            }
        }
        return Optional.empty();
    }

    /** Of a round that was cut off here, nothing was made. */
    private Optional<List<Integer>> read(String path) throws IOException {
        try (var in = files.open(path)) {
            return Optional.of(JSON.readValue(in, Members.class).workers());
        } catch (JsonProcessingException e) {
            return Optional.empty();
        } catch (FileNotFoundException | NoSuchFileException e) {
            throw new IOException(
                    path + ": gone since it was listed, as another driver's checkpoint holds the round", e);
        }
    }

    /** Returns once it is written. */
    public void are(int round, List<Integer> workers) {
        try (var out = files.create(path(round), false)) {
            out.write(JSON.writeValueAsBytes(new Members(round, workers)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        written.add(round);
    }

    /**
     * A checkpoint of this driver stands. Removes what it has written of rounds that no driver makes again, as the {@code
     * keep} newest checkpoints all hold them.
     */
    public void saved(int round, int keep) {
        checkpoints.add(round);
        while (checkpoints.size() > keep) {
            checkpoints.remove();
        }
        while (checkpoints.size() == keep && !written.isEmpty() && written.peek() <= checkpoints.peek()) {
            var path = path(written.remove());
            housekeeping.attempt(() -> files.delete(path));
        }
    }

    private String path(int round) {
        return FileTree.join(folder(), name(round) + epoch + ".json");
    }

    private String folder() {
        return FileTree.join(runFolder, "members");
    }

    private static String name(int round) {
        return "%08d-".formatted(round);
    }
}
