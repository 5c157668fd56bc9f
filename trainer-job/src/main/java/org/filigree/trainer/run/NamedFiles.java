package org.filigree.trainer.run;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfig.Source;

/** What a run's configuration names to be read: base, rows, tokenizer, the adapter to start from. */
final class NamedFiles {

    private final List<String> paths;

    NamedFiles(RunConfig config) {
        var data = config.data();
        var sources = Stream.concat(data.train().stream(), data.heldOut().sources().stream())
                .map(Source::path);
        paths = Stream.concat(
                        Stream.of(
                                config.base().path(),
                                data.tokenizer(),
                                config.adapter().initFrom()),
                        sources)
                .filter(Objects::nonNull)
                .map(NamedFiles::start)
                .flatMap(path -> Stream.of(path, normal(path)))
                .toList();
    }

    /** Without scheme and authority, which a message may have or not, and up to where it says "any". */
    private static String start(String path) {
        return path.replaceFirst("^[a-zA-Z][a-zA-Z0-9+.-]*:(//[^/]*)?", "")
                .replaceFirst("[*?\\[{].*$", "")
                .replaceFirst("/+$", "");
    }

    /** As it is within the absolute path that it becomes. */
    private static String normal(String path) {
        return Path.of(path).normalize().toString().replaceFirst("^(\\.\\./)+", "");
    }

    /** Whether the line of a failure speaks of one of them, or of a file in it. */
    boolean in(String line) {
        return paths.stream().anyMatch(line::contains);
    }
}
