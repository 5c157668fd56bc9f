package org.filigree.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.filigree.config.FiligreeException.Code;
import org.filigree.config.Located.Place;

/** All the mistakes of one configuration. */
final class Problems {

    private record Problem(Place place, String path, String text) {
        @Override
        public String toString() {
            return path.isEmpty() ? place + ": " + text : place + ": " + path + ": " + text;
        }
    }

    private final List<Problem> all = new ArrayList<>();

    void add(Place place, String text) {
        add(place, "", text);
    }

    /** @param path of the field, as {@code training.learning_rate} */
    void add(Place place, String path, String text) {
        all.add(new Problem(place, path, text));
    }

    boolean at(String path) {
        return all.stream().anyMatch(problem -> problem.path.equals(path));
    }

    /** Whether the field, a part of it or the whole it belongs to is wrong already. */
    boolean touch(String path) {
        return all.stream().anyMatch(problem -> within(problem.path, path) || within(path, problem.path));
    }

    private static boolean within(String inner, String outer) {
        return !outer.isEmpty() && (inner.equals(outer) || inner.startsWith(outer + "."));
    }

    boolean any() {
        return !all.isEmpty();
    }

    /** @throws FiligreeException with a line a mistake, in the order of the file, when there are any */
    void throwIfAny() {
        if (any()) {
            throw new FiligreeException(
                    Code.CONFIGURATION,
                    all.stream()
                            .sorted(Comparator.comparingInt(
                                    problem -> problem.place.line() == 0 ? Integer.MAX_VALUE : problem.place.line()))
                            .map(Problem::toString)
                            .distinct()
                            .collect(Collectors.joining("\n")));
        }
    }
}
