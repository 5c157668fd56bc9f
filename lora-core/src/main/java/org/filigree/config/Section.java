package org.filigree.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.filigree.config.Located.Mapping;
import org.filigree.config.RunConfigChanges.Change;

/**
 * A mapping with fields of ours, as a record.
 *
 * @param maker the record from the fields' values
 * @param rules what fields that are right by themselves must not say together
 */
record Section<R>(List<Field<R, ?>> fields, Function<Values<R>, R> maker, List<Rule<R>> rules) implements Type<R> {

    /** The values of a section's fields. */
    record Values<R>(Map<Field<R, ?>, Object> byField) {
        @SuppressWarnings("unchecked")
        <T> T get(Field<R, T> field) {
            return (T) byField.get(field);
        }
    }

    @Override
    public R read(Spot spot) {
        if (!(spot.node() instanceof Mapping mapping)) {
            return spot.refuse(this);
        }
        mapping.entries().forEach((name, node) -> {
            if (!names().contains(name)) {
                unknown(spot, name, node);
            }
        });
        var values = new HashMap<Field<R, ?>, Object>();
        for (var field : fields) {
            values.put(field, field.read(spot, mapping));
        }
        var made = maker.apply(new Values<>(values));
        for (var rule : rules) {
            rule.check(spot, mapping, made);
        }
        return made;
    }

    private void unknown(Spot spot, String name, Located node) {
        var meant = Nearest.to(name, names()).or(() -> RunConfigFields.elsewhere(name));
        spot.problems()
                .add(
                        node.place(),
                        Spot.join(spot.path(), name),
                        "unknown field, wanted one of %s%s"
                                .formatted(
                                        effectiveNames(),
                                        meant.map("; did you mean %s?"::formatted)
                                                .orElse("")));
    }

    private String effectiveNames() {
        return fields.stream()
                .filter(field -> field.type().effective())
                .map(Field::name)
                .collect(Collectors.joining(", "));
    }

    /** All fields in this section and in those below it, {@code averaging.outer.momentum}. */
    Stream<String> paths() {
        return paths(field -> true);
    }

    /** Those of them that {@code some} holds for. */
    Stream<String> paths(Predicate<Field<?, ?>> some) {
        return fields.stream().flatMap(field -> {
            var itself = Stream.of(field).filter(some).map(Field::name);
            return field.type() instanceof Section<?> section
                    ? Stream.concat(itself, section.paths(some).map(below -> Spot.join(field.name(), below)))
                    : itself;
        });
    }

    /** The fields that differ, here and in the sections below. */
    Stream<Change> changes(String path, R then, R now) {
        return fields.stream().flatMap(field -> field.changes(path, then, now));
    }

    Stream<String> lasting(String path, R record) {
        return fields.stream().flatMap(field -> field.lasting(path, record));
    }

    List<String> names() {
        return fields.stream().map(Field::name).toList();
    }

    @Override
    public Map<String, Object> write(R record) {
        var written = new LinkedHashMap<String, Object>();
        for (var field : fields) {
            if (field.written().test(record)) {
                written.put(field.name(), field.write(record));
            }
        }
        return written;
    }

    @Override
    public ObjectNode schema() {
        var schema = Type.object().put("type", "object");
        var properties = schema.putObject("properties");
        var required = schema.putArray("required");
        for (var field : fields) {
            properties.set(field.name(), field.schema());
            if (field.mandatory()) {
                required.add(field.name());
            }
        }
        return schema.put("additionalProperties", false);
    }

    @Override
    public String wanted() {
        return "a mapping of " + effectiveNames();
    }
}
