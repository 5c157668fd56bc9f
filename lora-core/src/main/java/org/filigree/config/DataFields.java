package org.filigree.config;

import static org.filigree.config.ContainerTypes.listOf;
import static org.filigree.config.NumberTypes.integer;
import static org.filigree.config.NumberTypes.share;
import static org.filigree.config.ScalarTypes.choice;
import static org.filigree.config.ScalarTypes.flag;
import static org.filigree.config.ScalarTypes.text;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.filigree.config.RunConfig.Data;
import org.filigree.config.RunConfig.HeldOut;
import org.filigree.config.RunConfig.Overlong;
import org.filigree.config.RunConfig.Shape;
import org.filigree.config.RunConfig.Source;

/** The {@code data} section. */
final class DataFields {

    private DataFields() {}

    private static final Field<Data, List<Source>> TRAIN =
            Field.required("train", listOf(SourceFields.SECTION), Data::train, "Where the rows to train on come from.");
    private static final Field<Data, HeldOut> HELD_OUT = Field.optional(
            "held_out",
            new HeldOutType(SourceFields.SECTION),
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
