package org.filigree.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.filigree.config.RunConfigChanges.Change;

/**
 * One field of a section, defined once: {@link RunConfigReader}, {@link RunConfigWriter} and {@link RunConfigSchema} all
 * work from it.
 *
 * @param <R> the section's record
 * @param <T> the field's value
 * @param absence what it means to leave the field out
 * @param otherwise the default; null is a value of its own that {@code null} may be written for
 * @param of the value in the record
 * @param written whether the resolved configuration shows the field: not where it has no effect
 * @param mayChange whether a run may go on with another value: not where the rounds already made would be others
 */
record Field<R, T>(
        String name,
        Type<T> type,
        Absence absence,
        T otherwise,
        Function<R, T> of,
        Predicate<R> written,
        boolean mayChange,
        String description) {

    enum Absence {
        ERROR,
        DEFAULT,
        /** Other fields say what. */
        DERIVED,
        /** As an empty section, whose own fields say what is missing. */
        EMPTY_SECTION
    }

    static <R, T> Field<R, T> required(String name, Type<T> type, Function<R, T> of, String description) {
        return new Field<>(name, type, Absence.ERROR, null, of, record -> true, false, description);
    }

    static <R, T> Field<R, T> optional(String name, Type<T> type, T otherwise, Function<R, T> of, String description) {
        return new Field<>(name, type, Absence.DEFAULT, otherwise, of, record -> true, false, description);
    }

    static <R, T> Field<R, T> derived(String name, Type<T> type, Function<R, T> of, String description) {
        return new Field<>(name, type, Absence.DERIVED, null, of, record -> true, false, description);
    }

    static <R, S> Field<R, S> section(String name, Section<S> type, Function<R, S> of, String description) {
        return new Field<>(name, type, Absence.EMPTY_SECTION, null, of, record -> true, false, description);
    }

    Field<R, T> writtenWhen(Predicate<R> condition) {
        return new Field<>(name, type, absence, otherwise, of, condition, mayChange, description);
    }

    Field<R, T> mayChangeLater() {
        return new Field<>(name, type, absence, otherwise, of, written, true, description);
    }

    /** The field's value, the default after a mistake. */
    T read(Spot section, Located.Mapping written) {
        var node = written.entries().get(name);
        if (node == null) {
            return absent(section);
        }
        var spot = section.child(name, node);
        if (spot.isNull() && absence == Absence.EMPTY_SECTION) {
            return absent(section);
        }
        if (spot.isNull() && nullable()) {
            return null;
        }
        var value = type.read(spot);
        return value != null ? value : otherwise;
    }

    private T absent(Spot section) {
        return switch (absence) {
            case ERROR -> {
                section.problems()
                        .add(section.place(), Spot.join(section.path(), name), "missing, wanted " + type.wanted());
                yield null;
            }
            case DEFAULT, DERIVED -> otherwise;
            case EMPTY_SECTION -> type.read(section.child(name, Located.Mapping.empty(section.place())));
        };
    }

    boolean nullable() {
        return absence == Absence.DEFAULT && otherwise == null;
    }

    boolean mandatory() {
        return absence == Absence.ERROR
                || (absence == Absence.EMPTY_SECTION
                        && ((Section<T>) type).fields().stream().anyMatch(Field::mandatory));
    }

    Object write(R record) {
        var value = of.apply(record);
        return value == null && nullable() && !type.writesNull() ? null : type.write(value);
    }

    /** How the field differs; a section by its own fields where both have it. */
    Stream<Change> changes(String section, R then, R now) {
        var was = shown(then);
        var is = shown(now);
        if (Objects.equals(was, is)) {
            return Stream.empty();
        }
        var path = Spot.join(section, name);
        if (type instanceof Section<T> below && of.apply(then) != null && of.apply(now) != null) {
            return below.changes(path, of.apply(then), of.apply(now));
        }
        return Stream.of(new Change(path, String.valueOf(was), String.valueOf(is), mayChange));
    }

    /** The field where it must not change, as path and value; a section as its own fields. */
    Stream<String> lasting(String section, R record) {
        var path = Spot.join(section, name);
        if (mayChange) {
            return Stream.empty();
        }
        if (type instanceof Section<T> below && written.test(record) && of.apply(record) != null) {
            return below.lasting(path, of.apply(record));
        }
        return Stream.of(path + "=" + shown(record));
    }

    private Object shown(R record) {
        return written.test(record) ? write(record) : "nothing";
    }

    ObjectNode schema() {
        var schema = type.schema();
        if (nullable()) {
            var either = Type.object();
            either.putArray("anyOf").add(schema).add(Type.object().put("type", "null"));
            schema = either;
        }
        schema.put("description", mayChange ? description + " May change when a run goes on." : description);
        if (absence == Absence.DEFAULT && (otherwise != null || type.writesNull())) {
            schema.putPOJO("default", type.write(otherwise));
        }
        return schema;
    }
}
