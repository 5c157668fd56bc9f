package org.filigree.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Native libraries that this process has loaded from its machine, where no jar says which they are. */
public final class LoadedLibraries {

    private static final Path SOURCE = Path.of("/proc/self/maps");

    private LoadedLibraries() {}

    /**
     * Files of the loaded ones among {@code names} (without {@code .so}). With their sizes: a package may leave all of the
     * version but its first number out of a file's name.
     */
    public static String named(String... names) throws IOException {
        return Files.isReadable(SOURCE) ? of(Files.readAllLines(SOURCE), Set.of(names)) : "unknown";
    }

    static String of(List<String> maps, Set<String> names) throws IOException {
        var found = new TreeSet<String>();
        for (var line : maps) {
            var path = line.indexOf('/');
            if (path < 0) {
                continue;
            }
            var file = Path.of(line.substring(path));
            var name = file.getFileName().toString();
            if (names.contains(name.split("\\.so", 2)[0])) {
                found.add("%s (%d bytes)".formatted(name, Files.size(file)));
            }
        }
        return found.isEmpty() ? "not loaded" : String.join(" ", found);
    }
}
