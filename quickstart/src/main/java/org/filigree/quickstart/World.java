package org.filigree.quickstart;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/**
 * The facts of the small world, by table. A field that bears the name of a table refers to a row of it, so that
 * {@code p.job.tool} is the tool of the person's job.
 */
final class World {

    private final Map<String, List<Map<String, String>>> tables;

    private World(Map<String, List<Map<String, String>>> tables) {
        this.tables = tables;
    }

    static World load() {
        try (var in = World.class.getResourceAsStream("world.json")) {
            return new World(new ObjectMapper().readValue(in, new TypeReference<>() {}));
        } catch (IOException e) {
            throw new UncheckedIOException("world.json", e);
        }
    }

    /** @throws IllegalArgumentException when there is no such table */
    List<Map<String, String>> table(String name) {
        var rows = tables.get(name);
        if (rows == null) {
            throw new IllegalArgumentException("the world has no table %s; it has %s".formatted(name, tables.keySet()));
        }
        return rows;
    }

    /**
     * The value at the end of a path of fields from a row; an empty path means the row's name.
     *
     * @throws IllegalArgumentException naming the field the row lacks
     */
    String value(Map<String, String> row, List<String> path) {
        var field = path.isEmpty() ? "name" : path.get(0);
        var value = row.get(field);
        if (value == null) {
            throw new IllegalArgumentException("%s has no %s".formatted(row.get("name"), field));
        }
        return path.size() < 2 ? value : value(referred(field, value), path.subList(1, path.size()));
    }

    private Map<String, String> referred(String field, String name) {
        return table(tableOf(field)).stream()
                .filter(row -> name.equals(row.get("name")))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the world has no %s %s".formatted(field, name)));
    }

    private static String tableOf(String field) {
        return switch (field) {
            case "pet" -> "animal";
            case "likes" -> "food";
            case "home" -> "place";
            default -> field;
        };
    }
}
