package org.filigree.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A piece of YAML that remembers where it stands. */
sealed interface Located {

    Place place();

    /** What a message calls it. */
    String found();

    /**
     * Where something was written.
     *
     * @param source a file's name, or {@code --set}
     * @param line from 1; 0 where lines mean nothing
     */
    record Place(String source, int line) {
        @Override
        public String toString() {
            return line == 0 ? source : source + ":" + line;
        }
    }

    /** @param quoted a quoted or block text, which is never a number, a flag or null */
    record Scalar(Place place, String text, boolean quoted) implements Located {
        private static final int SHOWN = 60;

        boolean isNull() {
            return !quoted && (text.isEmpty() || text.equals("~") || text.equalsIgnoreCase("null"));
        }

        @Override
        public String found() {
            if (isNull()) {
                return "null";
            }
            var shown = text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
            var oneLine = shown.replace("\n", "\\n").replace("\r", "\\r");
            return quoted ? "'" + oneLine + "'" : oneLine;
        }
    }

    record Sequence(Place place, List<Located> items) implements Located {
        @Override
        public String found() {
            return items.isEmpty() ? "an empty list" : "a list";
        }
    }

    record Mapping(Place place, Map<String, Located> entries) implements Located {
        static Mapping empty(Place place) {
            return new Mapping(place, new LinkedHashMap<>());
        }

        /** What was written for a field below this one, {@code averaging.outer}. */
        Optional<Located> at(String path) {
            var dot = path.indexOf('.');
            var child = Optional.ofNullable(entries.get(dot < 0 ? path : path.substring(0, dot)));
            return dot < 0
                    ? child
                    : child.filter(Mapping.class::isInstance)
                            .flatMap(mapping -> ((Mapping) mapping).at(path.substring(dot + 1)));
        }

        boolean has(String path) {
            return at(path).isPresent();
        }

        @Override
        public String found() {
            return entries.isEmpty() ? "an empty mapping" : "a mapping";
        }
    }
}
