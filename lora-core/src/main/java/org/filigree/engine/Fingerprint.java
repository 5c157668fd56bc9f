package org.filigree.engine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What decides the bits of what an engine computes, beside what it is given: equal fingerprints, equal bits.
 *
 * @param parts name -> value, in the order they are shown; {@code engine} is always there
 */
public record Fingerprint(Map<String, String> parts) {

    /** The part that begins with the engine's name and says its build. */
    public static final String ENGINE = "engine";

    private static final String BETWEEN = "\n";
    private static final String IS = ": ";

    public Fingerprint {
        if (!parts.containsKey(ENGINE)) {
            throw new IllegalArgumentException("a fingerprint needs the part engine, found " + parts.keySet());
        }
        parts.forEach((name, value) -> {
            if (name.contains(IS) || (name + value).contains(BETWEEN)) {
                throw new IllegalArgumentException("one line a part, found %s: %s".formatted(name, value));
            }
        });
        parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
    }

    /** @param engine its name first, then its build */
    public static Fingerprint of(String engine) {
        return new Fingerprint(Map.of(ENGINE, engine));
    }

    /** The same and one part more. */
    public Fingerprint with(String part, String value) {
        var more = new LinkedHashMap<>(parts);
        more.put(part, value);
        return new Fingerprint(more);
    }

    /** The engine's name. */
    public String engineName() {
        return parts.get(ENGINE).split(" ", 2)[0];
    }

    /** The parts that differ, {@code threads: 1 and 2}; empty where bits are equal. */
    public List<String> differences(Fingerprint other) {
        var names = new LinkedHashSet<>(parts.keySet());
        names.addAll(other.parts.keySet());
        var found = new ArrayList<String>();
        for (var name : names) {
            var mine = parts.getOrDefault(name, "none");
            var theirs = other.parts.getOrDefault(name, "none");
            if (!mine.equals(theirs)) {
                found.add("%s: %s and %s".formatted(name, mine, theirs));
            }
        }
        return List.copyOf(found);
    }

    /** A line a part; {@link #parse} reads it back. */
    public String lines() {
        return parts.entrySet().stream()
                .map(part -> part.getKey() + IS + part.getValue())
                .collect(Collectors.joining(BETWEEN));
    }

    public static Fingerprint parse(String lines) {
        var parts = new LinkedHashMap<String, String>();
        for (var line : lines.lines().toList()) {
            var part = line.split(IS, 2);
            parts.put(part[0], part[1]);
        }
        return new Fingerprint(parts);
    }

    /** One line, the engine's name first. */
    @Override
    public String toString() {
        return parts.entrySet().stream()
                .map(part -> part.getKey().equals(ENGINE) ? part.getValue() : part.getKey() + " " + part.getValue())
                .collect(Collectors.joining(", "));
    }
}
