package org.filigree.config;

import static org.filigree.config.ContainerTypes.mapTo;
import static org.filigree.config.NumberTypes.longInteger;
import static org.filigree.config.NumberTypes.positive;
import static org.filigree.config.ScalarTypes.choice;
import static org.filigree.config.ScalarTypes.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.filigree.config.RunConfig.Shape;
import org.filigree.config.RunConfig.Source;

/** A source of rows, in {@code data.train} and {@code data.held_out}. */
final class SourceFields {

    private SourceFields() {}

    private static final Field<Source, String> PATH =
            origin("path", text("a path"), Source::path, "A file, a folder with all below it, or a pattern.");
    private static final Field<Source, String> TABLE =
            origin("table", text("a table's name"), Source::table, "A table of Spark's catalog.");
    private static final Field<Source, String> SQL =
            origin("sql", text("a query"), Source::sql, "A query that Spark runs.");
    private static final Field<Source, String> FORMAT = Field.optional(
            "format",
            text("a Spark data source"),
            null,
            Source::format,
            "A Spark data source; null tells it by the file's extension.");
    private static final Field<Source, Map<String, String>> OPTIONS = Field.optional(
            "options",
            mapTo("a mapping of options to texts", text("a text", "(?s).*")),
            Map.of(),
            Source::options,
            "Options of the data source, as spark.read takes them.");
    private static final Field<Source, Shape> SHAPE =
            Field.required("shape", choice(Shape.class), Source::shape, "What a row holds.");
    private static final Field<Source, Map<String, String>> COLUMNS = Field.optional(
            "columns",
            mapTo("a mapping of the shape's fields to columns", text("a column, or a template with {column} in it")),
            Map.of(),
            Source::columns,
            "Field of the shape to column, or to a template with {column} in it.");
    private static final Field<Source, Double> WEIGHT = Field.optional(
            "weight", positive(), 1.0, Source::weight, "Copies of each row relative to the other sources.");
    private static final Field<Source, Long> SKIP =
            Field.optional("skip", longInteger(0), 0L, Source::skip, "Rows left out at the start.");
    private static final Field<Source, Long> LIMIT =
            Field.optional("limit", longInteger(0), 0L, Source::limit, "Rows taken after those; 0 for all.");

    static final Section<Source> SECTION = new Section<>(
            List.of(PATH, TABLE, SQL, FORMAT, OPTIONS, SHAPE, COLUMNS, WEIGHT, SKIP, LIMIT),
            values -> new Source(
                    values.get(PATH),
                    values.get(TABLE),
                    values.get(SQL),
                    values.get(FORMAT),
                    values.get(OPTIONS),
                    values.get(SHAPE),
                    values.get(COLUMNS),
                    values.get(WEIGHT),
                    values.get(SKIP),
                    values.get(LIMIT)),
            List.of(
                    new Rule<>(
                            "path",
                            List.of("table", "sql", "format"),
                            (source, written) -> origins(source).size() > 1
                                    || (origins(source).isEmpty() && source.format() == null),
                            source -> "found %s, wanted exactly one of path, table and sql (or format with options)"
                                    .formatted(
                                            origins(source).isEmpty()
                                                    ? "none"
                                                    : String.join(" and ", origins(source)))),
                    new Rule<>(
                            "format",
                            List.of("table", "sql"),
                            (source, written) -> source.format() != null && fromCatalog(source),
                            source -> "without effect on a table or query: leave it out"),
                    new Rule<>(
                            "options",
                            List.of("table", "sql"),
                            (source, written) -> !source.options().isEmpty() && fromCatalog(source),
                            source -> "without effect on a table or query: leave them out"),
                    new Rule<>(
                            "columns",
                            List.of("shape"),
                            (source, written) -> !strangers(source).isEmpty(),
                            source -> "found %s, the shape %s has %s%s"
                                    .formatted(
                                            String.join(", ", strangers(source)),
                                            SHAPE.type().write(source.shape()),
                                            String.join(", ", fields(source.shape())),
                                            Nearest.hint(strangers(source).get(0), fields(source.shape()))))));

    /** One of several: shown where it is the one. */
    private static Field<Source, String> origin(
            String name, Type<String> type, Function<Source, String> of, String description) {
        return Field.optional(name, type, null, of, description).writtenWhen(source -> of.apply(source) != null);
    }

    private static List<String> origins(Source source) {
        var given = new ArrayList<String>();
        for (var field : List.of(PATH, TABLE, SQL)) {
            if (field.of().apply(source) != null) {
                given.add(field.name());
            }
        }
        return given;
    }

    private static boolean fromCatalog(Source source) {
        return source.path() == null && (source.table() != null || source.sql() != null);
    }

    private static List<String> strangers(Source source) {
        return source.columns().keySet().stream()
                .filter(name -> !fields(source.shape()).contains(name))
                .toList();
    }

    /** What a row of that shape consists of. */
    static List<String> fields(Shape shape) {
        return switch (shape) {
            case TEXT -> List.of("text");
            case PROMPT_COMPLETION -> List.of("prompt", "completion");
            case MESSAGES -> List.of("messages");
            case ALPACA -> List.of("instruction", "input", "output");
            case SHAREGPT -> List.of("conversations");
            case SOURCE_TARGET -> List.of("source", "target");
            case TEXT_LABEL -> List.of("text", "label");
            case TOKENS -> List.of("input_ids", "labels", "label");
        };
    }
}
