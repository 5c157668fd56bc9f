package org.filigree.config;

import static org.filigree.config.ContainerTypes.listOf;
import static org.filigree.config.ContainerTypes.mapTo;
import static org.filigree.config.ScalarTypes.choice;
import static org.filigree.config.ScalarTypes.flag;
import static org.filigree.config.ScalarTypes.integer;
import static org.filigree.config.ScalarTypes.longInteger;
import static org.filigree.config.ScalarTypes.positive;
import static org.filigree.config.ScalarTypes.share;
import static org.filigree.config.ScalarTypes.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.filigree.config.RunConfig.Data;
import org.filigree.config.RunConfig.HeldOut;
import org.filigree.config.RunConfig.Overlong;
import org.filigree.config.RunConfig.Shape;
import org.filigree.config.RunConfig.Source;

/** The {@code data} section and the sources in it. */
final class DataFields {

    private DataFields() {}

    private static final Field<Source, String> PATH = Field.optional(
            "path", text("a path"), null, Source::path, "A file, a folder with all below it, or a pattern.");
    private static final Field<Source, String> TABLE =
            Field.optional("table", text("a table's name"), null, Source::table, "A table of Spark's catalog.");
    private static final Field<Source, String> SQL =
            Field.optional("sql", text("a query"), null, Source::sql, "A query that Spark runs.");
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

    static final Section<Source> SOURCE = new Section<>(
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
            case TOKENS -> List.of("input_ids", "labels");
        };
    }

    private static final Field<Data, List<Source>> TRAIN =
            Field.required("train", listOf(SOURCE), Data::train, "Where the rows to train on come from.");
    private static final Field<Data, HeldOut> HELD_OUT = Field.optional(
            "held_out",
            new HeldOutType(SOURCE),
            new HeldOut(0, List.of()),
            Data::heldOut,
            "Rows to evaluate on: a share of the training rows, or sources of their own; 0 for none.");
    private static final Field<Data, Integer> MAX_LENGTH =
            Field.optional("max_length", integer(2), 1024, Data::maxLength, "Most tokens of a row.");
    private static final Field<Data, Overlong> OVERLONG = Field.optional(
            "overlong", choice(Overlong.class), Overlong.TRUNCATE, Data::overlong, "What becomes of longer rows.");
    private static final Field<Data, Boolean> PACKING = Field.optional(
            "packing", flag(), true, Data::packing, "Several short documents in one row; none sees another.");
    private static final Field<Data, Boolean> SHUFFLE =
            Field.optional("shuffle", flag(), true, Data::shuffle, "False keeps the rows' own order.");
    private static final Field<Data, Boolean> COMPLETION_ONLY_LOSS = Field.<Data, Boolean>optional(
                    "completion_only_loss",
                    flag(),
                    true,
                    Data::completionOnlyLoss,
                    "Learn completions and assistants' turns only, not what they answer.")
            .writtenWhen(data -> !all(data, shape -> shape == Shape.TEXT || shape == Shape.TOKENS));
    private static final Field<Data, Boolean> DEDUPLICATE =
            Field.optional("deduplicate", flag(), false, Data::deduplicate, "Leave out rows equal to an earlier one.");
    private static final Field<Data, Double> MAX_REJECTS = Field.optional(
            "max_rejects", share(), 0.01, Data::maxRejects, "Share of rows that may be bad before the run fails.");
    private static final Field<Data, String> SHARDS = Field.optional(
            "shards", text("a folder"), null, Data::shards, "Folder of the token shards; null for one below output.");
    private static final Field<Data, String> TOKENIZER = Field.optional(
            "tokenizer",
            text("a folder with tokenizer.json"),
            null,
            Data::tokenizer,
            "Folder of tokenizer.json; null for the base's own.");

    static final Section<Data> SECTION = new Section<>(
            List.of(
                    TRAIN,
                    HELD_OUT,
                    MAX_LENGTH,
                    OVERLONG,
                    PACKING,
                    SHUFFLE,
                    COMPLETION_ONLY_LOSS,
                    DEDUPLICATE,
                    MAX_REJECTS,
                    SHARDS,
                    TOKENIZER),
            values -> new Data(
                    values.get(TRAIN),
                    values.get(HELD_OUT),
                    values.get(MAX_LENGTH),
                    values.get(OVERLONG),
                    values.get(PACKING),
                    values.get(SHUFFLE),
                    values.get(COMPLETION_ONLY_LOSS),
                    values.get(DEDUPLICATE),
                    values.get(MAX_REJECTS),
                    values.get(SHARDS),
                    values.get(TOKENIZER)),
            List.of(
                    new Rule<>(
                            "completion_only_loss",
                            List.of("train", "held_out"),
                            (data, written) -> written.has("completion_only_loss")
                                    && !COMPLETION_ONLY_LOSS.written().test(data),
                            data -> "without effect on shapes text and tokens: leave it out"),
                    new Rule<>(
                            "tokenizer",
                            List.of("train", "held_out"),
                            (data, written) -> data.tokenizer() != null && all(data, shape -> shape == Shape.TOKENS),
                            data -> "without effect on shape tokens: leave it out")));

    private static boolean all(Data data, Predicate<Shape> test) {
        return Stream.concat(data.train().stream(), data.heldOut().sources().stream())
                .map(Source::shape)
                .allMatch(test);
    }
}
