package org.filigree.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * What deploy/docker/Dockerfile makes of this repository, laid out in a folder: {@code root} stands for the image's /.
 * Folders are links, since one of them holds half a gigabyte.
 *
 * @param instructions of the Dockerfile, one a line, comments left out
 */
record Image(Path root, List<String> instructions) {

    static final Path REPOSITORY = Path.of(System.getProperty("filigree.root"));
    static final Path DOCKERFILE = REPOSITORY.resolve("deploy/docker/Dockerfile");

    static Image in(Path root) throws IOException {
        var instructions = Files.readString(DOCKERFILE)
                .replaceAll("\\\\\\R", " ")
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
        var image = new Image(root, instructions);
        for (var copy : image.copies()) {
            for (var source : copy.sources()) {
                image.lay(REPOSITORY.resolve(source), copy.target());
            }
        }
        return image;
    }

    /** @param target ends with a slash where files go into it */
    record Copy(List<String> sources, String target) {}

    List<Copy> copies() {
        return arguments("COPY").stream()
                .map(line -> {
                    var words = new ArrayList<>(Arrays.asList(line.split("\\s+")));
                    words.removeIf(word -> word.startsWith("--"));
                    return new Copy(words.subList(0, words.size() - 1), words.get(words.size() - 1));
                })
                .toList();
    }

    /** What stands behind each instruction of that name. */
    List<String> arguments(String instruction) {
        return instructions.stream()
                .filter(line -> line.startsWith(instruction + " "))
                .map(line -> line.substring(instruction.length() + 1).strip())
                .toList();
    }

    /** A path in the image as one of this machine. */
    Path at(String path) {
        return root.resolve(path.replaceFirst("^/", ""));
    }

    /** The one file in the image that a pattern with {@code *} names, or all files of a class path's folder. */
    List<Path> matching(String path) {
        var file = at(path);
        try (Stream<Path> all = Files.list(file.getParent())) {
            var matcher = file.getFileSystem().getPathMatcher("glob:" + file.getFileName());
            return all.filter(each -> matcher.matches(each.getFileName())).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void lay(Path source, String target) throws IOException {
        if (!Files.exists(source)) {
            throw new IllegalStateException(
                    "%s, which the Dockerfile copies, is not there: mvnw package makes it".formatted(source));
        }
        var to = at(target);
        Files.createDirectories(target.endsWith("/") ? to : to.getParent());
        if (Files.isDirectory(source)) {
            Files.createSymbolicLink(to, source);
        } else {
            Files.copy(source, target.endsWith("/") ? to.resolve(source.getFileName()) : to);
        }
    }
}
