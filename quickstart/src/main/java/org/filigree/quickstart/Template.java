package org.filigree.quickstart;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A text with choices {@code [one|another]}, which may nest, and slots {@code {p.job.tool}} that facts of the world fill.
 *
 * @param kind what its header calls it
 * @param weight how often it is taken, relative to its companions
 * @param cast the world's table for each name that the slots begin with; two names never mean the same row
 */
record Template(String kind, int weight, Map<String, String> cast, String text) {

    private static final Pattern SENTENCE_START = Pattern.compile("(^|[.!?]\\s+|\\.\"\\s+|\\n|(?:^|\\s)\")([a-z])");
    private static final Pattern A_BEFORE_VOWEL = Pattern.compile("\\b([Aa]) (?=[aeiou])");

    /** Reads a file of templates: {@code @ [kind] weight | name:table ...}, then lines of text up to the next. */
    static List<Template> parse(String file) {
        var templates = new ArrayList<Template>();
        for (var section : file.split("(?m)^@ ", -1)) {
            if (section.isBlank()) {
                continue;
            }
            var end = section.indexOf('\n');
            var header = section.substring(0, end).split("\\|", 2);
            var before = header[0].trim().split(" ", -1);
            var cast = new LinkedHashMap<String, String>();
            for (var part : header[1].trim().split(" ", -1)) {
                cast.put(part.substring(0, part.indexOf(':')), part.substring(part.indexOf(':') + 1));
            }
            templates.add(new Template(
                    before.length == 1 ? "" : before[0],
                    Integer.parseInt(before[before.length - 1]),
                    cast,
                    section.substring(end + 1).strip()));
        }
        return List.copyOf(templates);
    }

    /** One of the templates, by weight. */
    static Template choose(List<Template> templates, Draw draw) {
        var place = draw.below(templates.stream().mapToInt(Template::weight).sum());
        for (var template : templates) {
            place -= template.weight();
            if (place < 0) {
                return template;
            }
        }
        throw new IllegalStateException("weights must be positive");
    }

    /** The text with its choices made, its slots filled, its sentences begun with capitals. */
    String write(World world, Draw draw) {
        var rows = new HashMap<String, Map<String, String>>();
        cast.forEach((name, table) -> {
            var row = draw.of(world.table(table));
            while (rows.containsValue(row)) {
                row = draw.of(world.table(table));
            }
            rows.put(name, row);
        });
        var out = new StringBuilder();
        expand(text, world, rows, draw, out);
        var capitals = SENTENCE_START
                .matcher(out)
                .replaceAll(m -> m.group(1) + m.group(2).toUpperCase(Locale.ROOT));
        return A_BEFORE_VOWEL.matcher(capitals).replaceAll("$1n ").strip();
    }

    private static void expand(
            String text, World world, Map<String, Map<String, String>> rows, Draw draw, StringBuilder out) {
        var at = 0;
        while (at < text.length()) {
            var c = text.charAt(at);
            if (c == '[') {
                var close = close(text, at);
                expand(draw.of(alternatives(text.substring(at + 1, close))), world, rows, draw, out);
                at = close + 1;
            } else if (c == '{') {
                var close = text.indexOf('}', at);
                var path = List.of(text.substring(at + 1, close).split("\\."));
                out.append(world.value(row(rows, path.get(0)), path.subList(1, path.size())));
                at = close + 1;
            } else {
                out.append(c);
                at++;
            }
        }
    }

    private static Map<String, String> row(Map<String, Map<String, String>> rows, String name) {
        var row = rows.get(name);
        if (row == null) {
            throw new IllegalArgumentException(
                    "a slot begins with %s, the header casts %s".formatted(name, rows.keySet()));
        }
        return row;
    }

    private static int close(String text, int open) {
        var depth = 0;
        for (var i = open; i < text.length(); i++) {
            depth += text.charAt(i) == '[' ? 1 : text.charAt(i) == ']' ? -1 : 0;
            if (depth == 0) {
                return i;
            }
        }
        throw new IllegalArgumentException("no ] for the [ in: " + text.substring(open));
    }

    private static List<String> alternatives(String inside) {
        var parts = new ArrayList<String>();
        var depth = 0;
        var from = 0;
        for (var i = 0; i < inside.length(); i++) {
            var c = inside.charAt(i);
            depth += c == '[' ? 1 : c == ']' ? -1 : 0;
            if (c == '|' && depth == 0) {
                parts.add(inside.substring(from, i));
                from = i + 1;
            }
        }
        parts.add(inside.substring(from));
        return parts;
    }
}
