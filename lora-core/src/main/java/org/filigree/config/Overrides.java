package org.filigree.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.filigree.config.Located.Mapping;
import org.filigree.config.Located.Place;
import org.filigree.config.Located.Sequence;

/** Fields given on the command line: {@code training.learning_rate=1e-4}, {@code data.train.0.path=x.jsonl}. */
final class Overrides {

    private static final Place PLACE = new Place("--set", 0);

    private final Problems problems;

    private Overrides(Problems problems) {
        this.problems = problems;
    }

    /** The tree with the values of {@code sets} in it, later ones over earlier ones. */
    static Mapping apply(Mapping root, List<String> sets, Problems problems) {
        var overrides = new Overrides(problems);
        var result = root;
        for (var set : sets) {
            var equals = set.indexOf('=');
            if (equals <= 0) {
                problems.add(PLACE, "found %s, wanted FIELD=VALUE".formatted(set));
                continue;
            }
            var path = set.substring(0, equals).strip();
            var value = LocatedYaml.parseAt(PLACE, set.substring(equals + 1), problems);
            if (value != null
                    && overrides.put(result, path, List.of(path.split("\\.", -1)), value) instanceof Mapping changed) {
                result = changed;
            }
        }
        return result;
    }

    /** A copy of {@code node} with the value at {@code rest}, or the node itself after a problem. */
    private Located put(Located node, String path, List<String> rest, Located value) {
        if (rest.isEmpty()) {
            return value;
        }
        var step = rest.get(0);
        var below = rest.subList(1, rest.size());
        var absent = node == null || (node instanceof Located.Scalar scalar && scalar.isNull());
        if (absent ? step.matches("\\d+") : node instanceof Sequence) {
            var items = absent ? new ArrayList<Located>() : new ArrayList<>(((Sequence) node).items());
            return putItem(node, items, path, step, below, value);
        }
        if (absent || node instanceof Mapping) {
            var entries =
                    absent ? new LinkedHashMap<String, Located>() : new LinkedHashMap<>(((Mapping) node).entries());
            entries.put(step, put(entries.get(step), path, below, value));
            return new Mapping(absent ? PLACE : node.place(), entries);
        }
        problems.add(PLACE, path, "unknown field: there is nothing below " + above(path, rest));
        return node;
    }

    private Located putItem(
            Located node, List<Located> items, String path, String step, List<String> below, Located value) {
        var index = step.matches("\\d{1,6}") ? Integer.parseInt(step) : -1;
        if (index < 0 || index > items.size()) {
            problems.add(
                    PLACE,
                    path,
                    "found %s, wanted an index from 0 to %d of the list %s"
                            .formatted(
                                    step,
                                    items.size(),
                                    above(path, below.isEmpty() ? List.of(step) : with(step, below))));
            return node;
        }
        var item = put(index < items.size() ? items.get(index) : null, path, below, value);
        if (index < items.size()) {
            items.set(index, item);
        } else {
            items.add(item);
        }
        return new Sequence(node == null ? PLACE : node.place(), items);
    }

    private static List<String> with(String step, List<String> below) {
        var all = new ArrayList<String>(below);
        all.add(0, step);
        return all;
    }

    private static String above(String path, List<String> rest) {
        var suffix = String.join(".", rest);
        return path.length() == suffix.length() ? path : path.substring(0, path.length() - suffix.length() - 1);
    }
}
