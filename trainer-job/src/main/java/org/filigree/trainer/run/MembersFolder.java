package org.filigree.trainer.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.filigree.format.FileTree;

/**
 * The members of rounds, a file each below {@code members/}, named by round and the epoch of the driver that wrote it. Where
 * two drivers made a round, the newer one's counts: the older stops at its next checkpoint.
 */
public record MembersFolder(FileTree files, String runFolder, long epoch) {

    private static final ObjectMapper JSON = new ObjectMapper();

    private record Members(int round, List<Integer> workers) {}

    /** Empty where there are none, or only such as were cut off while they were written. */
    public Optional<List<Integer>> of(int round) {
        try {
            return files.exists(folder()) ? newest(name(round)) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<List<Integer>> newest(String prefix) throws IOException {
        var newestFirst = files.list(folder()).stream()
                .filter(name -> name.matches(prefix + "\\d{1,18}\\.json"))
                .sorted(Comparator.<String>comparingLong(name ->
                                Long.parseLong(name.substring(prefix.length(), name.length() - ".json".length())))
                        .reversed())
                .toList();
        for (var name : newestFirst) {
            var found = read(FileTree.join(folder(), name));
            if (found.isPresent()) {
                return found;
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
        }
    }

    /** Returns once it is written. */
    public void are(int round, List<Integer> workers) {
        try (var out = files.create(FileTree.join(folder(), name(round) + epoch + ".json"), false)) {
            out.write(JSON.writeValueAsBytes(new Members(round, workers)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String folder() {
        return FileTree.join(runFolder, "members");
    }

    private static String name(int round) {
        return "%08d-".formatted(round);
    }
}
