package org.filigree.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.filigree.config.Located.Mapping;
import org.filigree.config.Located.Scalar;
import org.filigree.config.Located.Sequence;

/**
 * Variables in values: {@code ${NAME}} and {@code ${NAME:-default}}; with one more dollar before it, the brace means
 * nothing. A value that is one variable and nothing else is read as if what the variable holds had been written there
 * without quotes.
 */
final class Environment {

    private static final Pattern VARIABLE =
            Pattern.compile("\\$\\$\\{|\\$\\{(?<name>[A-Za-z_][A-Za-z0-9_]*)(:-(?<default>[^}]*))?}|\\$\\{");

    private final Map<String, String> variables;
    private final Problems problems;

    Environment(Map<String, String> variables, Problems problems) {
        this.variables = variables;
        this.problems = problems;
    }

    /** How a text is written so that nothing in it is taken for a variable. */
    static String escape(String text) {
        return text.replace("${", "$${");
    }

    /** The tree with its variables replaced. */
    Located resolve(String path, Located node) {
        if (node instanceof Sequence sequence) {
            var items = new ArrayList<Located>();
            for (var item : sequence.items()) {
                items.add(resolve(Spot.join(path, String.valueOf(items.size())), item));
            }
            return new Sequence(node.place(), items);
        }
        if (node instanceof Mapping mapping) {
            var entries = new LinkedHashMap<String, Located>();
            mapping.entries().forEach((name, value) -> entries.put(name, resolve(Spot.join(path, name), value)));
            return new Mapping(node.place(), entries);
        }
        return scalar(path, (Scalar) node);
    }

    private Located scalar(String path, Scalar scalar) {
        var matcher = VARIABLE.matcher(scalar.text());
        if (matcher.matches() && matcher.group("name") != null) {
            return value(path, scalar, matcher)
                    .map(value -> retyped(scalar, value))
                    .orElse(scalar);
        }
        var text = VARIABLE.matcher(scalar.text()).replaceAll(found -> {
            // The result of replaceAll's matcher has no named groups in Java 17.
            var each = VARIABLE.matcher(found.group());
            var isVariable = each.matches() && each.group("name") != null;
            if (!isVariable && found.group().equals("${")) {
                problems.add(
                        scalar.place(),
                        path,
                        "found %s, wanted ${NAME}, ${NAME:-default}, or $${ for a dollar and a brace"
                                .formatted(scalar.found()));
            }
            return Matcher.quoteReplacement(
                    isVariable ? value(path, scalar, each).orElse("") : "${");
        });
        return text.equals(scalar.text()) ? scalar : new Scalar(scalar.place(), text, scalar.quoted());
    }

    /** Lists and mappings are YAML; anything else is a scalar as it is, {@code #} and {@code :} included. */
    private Located retyped(Scalar scalar, String value) {
        var trimmed = value.strip();
        return trimmed.startsWith("[") || trimmed.startsWith("{")
                ? Optional.ofNullable(LocatedYaml.parseAt(scalar.place(), trimmed, problems))
                        .orElse(scalar)
                : new Scalar(scalar.place(), value, false);
    }

    private Optional<String> value(String path, Scalar scalar, Matcher variable) {
        var name = variable.group("name");
        var value = Optional.ofNullable(variables.get(name)).or(() -> Optional.ofNullable(variable.group("default")));
        if (value.isEmpty()) {
            problems.add(
                    scalar.place(),
                    path,
                    "the environment has no %s; set it, or write ${%s:-default}".formatted(name, name));
        }
        return value;
    }
}
