package org.filigree.config;

import static org.filigree.config.NumberTypes.fraction;
import static org.filigree.config.NumberTypes.integer;
import static org.filigree.config.NumberTypes.positive;
import static org.filigree.config.ScalarTypes.choice;
import static org.filigree.config.ScalarTypes.orWord;

import java.util.List;
import org.filigree.config.RunConfig.Aggregation;
import org.filigree.config.RunConfig.Averaging;
import org.filigree.config.RunConfig.Checkpoint;
import org.filigree.config.RunConfig.Evaluation;
import org.filigree.config.RunConfig.Exchange;
import org.filigree.config.RunConfig.InnerState;
import org.filigree.config.RunConfig.Outer;
import org.filigree.config.RunConfig.Quorum;
import org.filigree.config.RunConfig.Wire;

/** The sections {@code averaging}, {@code evaluation} and {@code checkpoint}: what happens in and between rounds. */
final class RoundFields {

    /** H, where workers exchange parameters and nothing else is said. */
    private static final int LOCAL_STEPS = 8;

    private static final int AUTO = 0;

    private RoundFields() {}

    private static final Field<Outer, Double> OUTER_LEARNING_RATE =
            Field.optional("learning_rate", positive(), 0.7, Outer::learningRate, "Rate of the outer Nesterov step.");
    private static final Field<Outer, Double> OUTER_MOMENTUM =
            Field.optional("momentum", fraction(), 0.9, Outer::momentum, "Momentum of the outer Nesterov step.");
    private static final Section<Outer> OUTER_SECTION = new Section<>(
            List.of(OUTER_LEARNING_RATE, OUTER_MOMENTUM),
            values -> new Outer(values.get(OUTER_LEARNING_RATE), values.get(OUTER_MOMENTUM)),
            List.of());

    private static final Field<Averaging, Integer> WORKERS = Field.optional(
            "workers",
            integer(1),
            2,
            Averaging::workers,
            "Logical workers: a part of the result, unlike Spark's executors.");
    private static final Field<Averaging, Exchange> EXCHANGE = Field.optional(
            "exchange",
            choice(Exchange.class),
            Exchange.GRADIENTS,
            Averaging::exchange,
            "gradients: exact data parallelism; parameters: local steps, then averaging.");
    private static final Field<Averaging, Integer> LOCAL_STEPS_FIELD = Field.derived(
            "local_steps",
            orWord("auto", AUTO, integer(1)),
            Averaging::localSteps,
            "Steps between averagings; 8 where parameters are exchanged, 1 where gradients are; auto: by the drift.");
    private static final Field<Averaging, Outer> OUTER = Field.optional(
            "outer",
            OUTER_SECTION,
            null,
            Averaging::outer,
            "Nesterov on the averaged change, as in DiLoCo; null for the plain mean.");

    private static final Field<Averaging, Wire> WIRE = Field.derived(
            "wire",
            choice(Wire.class),
            Averaging::wire,
            "How numbers travel, each way: float32 where gradients are exchanged, bfloat16 where parameters are.");
    private static final Field<Averaging, InnerState> INNER_STATE = Field.<Averaging, InnerState>optional(
                    "inner_state",
                    choice(InnerState.class),
                    InnerState.RESET,
                    Averaging::innerState,
                    "AdamW moments at the start of a round: reset (zero), average (they travel too, in float32) or keep (each "
                            + "worker's own, saved with checkpoints).")
            .writtenWhen(averaging -> !gradients(averaging));
    private static final Field<Averaging, Aggregation> AGGREGATION = Field.<Averaging, Aggregation>optional(
                    "aggregation",
                    choice(Aggregation.class),
                    Aggregation.FACTORS,
                    Averaging::aggregation,
                    "What is averaged: factors (A and B), frozen_a (B alone, exact), product (B A, brought back to rank r).")
            .writtenWhen(averaging -> !gradients(averaging));

    private static final Field<Averaging, Integer> MIN_WORKERS = Field.<Averaging, Integer>optional(
                    "min_workers",
                    integer(1),
                    null,
                    averaging -> averaging.quorum().minWorkers(),
                    "A round goes on with so many workers once deadline_seconds have passed; the run is then not exact.")
            .writtenWhen(averaging -> averaging.quorum() != null);
    private static final Field<Averaging, Double> DEADLINE_SECONDS = Field.<Averaging, Double>optional(
                    "deadline_seconds",
                    positive(),
                    null,
                    averaging -> averaging.quorum().deadlineSeconds(),
                    "How long a round waits for all workers, where min_workers is given.")
            .writtenWhen(averaging -> averaging.quorum() != null);

    static final Section<Averaging> AVERAGING = new Section<>(
            List.of(
                    WORKERS,
                    EXCHANGE,
                    LOCAL_STEPS_FIELD,
                    OUTER,
                    WIRE,
                    INNER_STATE,
                    AGGREGATION,
                    MIN_WORKERS,
                    DEADLINE_SECONDS),
            values -> {
                var exchange = values.get(EXCHANGE);
                var parameters = exchange == Exchange.PARAMETERS;
                return new Averaging(
                        values.get(WORKERS),
                        exchange,
                        otherwise(values.get(LOCAL_STEPS_FIELD), parameters ? LOCAL_STEPS : 1),
                        values.get(OUTER),
                        otherwise(values.get(WIRE), parameters ? Wire.BFLOAT16 : Wire.FLOAT32),
                        values.get(INNER_STATE),
                        values.get(AGGREGATION),
                        quorum(values.get(MIN_WORKERS), values.get(DEADLINE_SECONDS)));
            },
            List.of(
                    new Rule<>(
                            "min_workers",
                            List.of("deadline_seconds"),
                            (averaging, written) -> says(written, "min_workers") && averaging.quorum() == null,
                            averaging ->
                                    "without effect, wanted deadline_seconds beside it: how long a round waits for all"),
                    new Rule<>(
                            "deadline_seconds",
                            List.of("min_workers"),
                            (averaging, written) -> says(written, "deadline_seconds") && averaging.quorum() == null,
                            averaging ->
                                    "without effect, wanted min_workers beside it: fewest that a round goes on with"),
                    new Rule<>(
                            "min_workers",
                            List.of("workers", "deadline_seconds"),
                            (averaging, written) -> averaging.quorum() != null
                                    && averaging.quorum().minWorkers() >= averaging.workers(),
                            averaging ->
                                    "found %d, wanted fewer than averaging.workers (%d); leave it out to wait for all"
                                            .formatted(averaging.quorum().minWorkers(), averaging.workers())),
                    new Rule<>(
                            "inner_state",
                            List.of("min_workers", "deadline_seconds"),
                            (averaging, written) ->
                                    averaging.quorum() != null && averaging.innerState() == InnerState.KEEP,
                            averaging -> "found keep, wanted reset or average where min_workers is given: "
                                    + "a worker left out of a round would keep moments that nobody else has"),
                    new Rule<>(
                            "inner_state",
                            List.of("exchange"),
                            (averaging, written) -> gradients(averaging) && averaging.innerState() != InnerState.RESET,
                            averaging -> "without effect when exchange is gradients: leave it out"),
                    new Rule<>(
                            "aggregation",
                            List.of("exchange"),
                            (averaging, written) ->
                                    gradients(averaging) && averaging.aggregation() != Aggregation.FACTORS,
                            averaging -> "without effect when exchange is gradients: leave it out"),
                    new Rule<>(
                            "inner_state",
                            List.of("aggregation"),
                            (averaging, written) -> averaging.aggregation() == Aggregation.PRODUCT
                                    && averaging.innerState() != InnerState.RESET,
                            averaging -> "the moments would belong to other factors when aggregation is product: "
                                    + "wanted reset"),
                    new Rule<>(
                            "outer",
                            List.of("aggregation"),
                            (averaging, written) ->
                                    averaging.aggregation() == Aggregation.PRODUCT && averaging.outer() != null,
                            averaging -> "momentum would belong to other factors when aggregation is product: "
                                    + "leave it out"),
                    new Rule<>(
                            "local_steps",
                            List.of("exchange"),
                            (averaging, written) -> gradients(averaging) && averaging.localSteps() != 1,
                            averaging -> "found %d, without effect when exchange is gradients"
                                    .formatted(averaging.localSteps())),
                    new Rule<>(
                            "outer",
                            List.of("exchange"),
                            (averaging, written) -> gradients(averaging) && averaging.outer() != null,
                            averaging -> "without effect when exchange is gradients: leave it out")));

    private static <T> T otherwise(T written, T value) {
        return written != null ? written : value;
    }

    private static Quorum quorum(Integer minWorkers, Double deadlineSeconds) {
        return minWorkers == null || deadlineSeconds == null ? null : new Quorum(minWorkers, deadlineSeconds);
    }

    private static boolean says(Located.Mapping written, String field) {
        return written.at(field)
                .filter(node -> !(node instanceof Located.Scalar scalar && scalar.isNull()))
                .isPresent();
    }

    private static boolean gradients(Averaging averaging) {
        return averaging.exchange() == Exchange.GRADIENTS;
    }

    private static final Field<Evaluation, Integer> EVALUATION_EVERY_ROUNDS = Field.<Evaluation, Integer>optional(
                    "every_rounds",
                    integer(0),
                    0,
                    Evaluation::everyRounds,
                    "Rounds between evaluations; 0 for only at start and end.")
            .mayChangeLater();
    private static final Field<Evaluation, Integer> EARLY_STOPPING_PATIENCE = Field.<Evaluation, Integer>optional(
                    "early_stopping_patience",
                    integer(0),
                    0,
                    Evaluation::earlyStoppingPatience,
                    "Evaluations without improvement before the run stops; 0 for never.")
            .mayChangeLater();

    static final Section<Evaluation> EVALUATION = new Section<>(
            List.of(EVALUATION_EVERY_ROUNDS, EARLY_STOPPING_PATIENCE),
            values -> new Evaluation(values.get(EVALUATION_EVERY_ROUNDS), values.get(EARLY_STOPPING_PATIENCE)),
            List.of(new Rule<>(
                    "early_stopping_patience",
                    List.of("every_rounds"),
                    (evaluation, written) -> evaluation.earlyStoppingPatience() > 0 && evaluation.everyRounds() == 0,
                    evaluation -> "found %d, without effect when every_rounds is 0"
                            .formatted(evaluation.earlyStoppingPatience()))));

    private static final Field<Checkpoint, Integer> CHECKPOINT_EVERY_ROUNDS = Field.<Checkpoint, Integer>optional(
                    "every_rounds", integer(1), 10, Checkpoint::everyRounds, "Rounds between checkpoints.")
            .mayChangeLater();
    private static final Field<Checkpoint, Integer> KEEP = Field.<Checkpoint, Integer>optional(
                    "keep", integer(1), 2, Checkpoint::keep, "Newest checkpoints kept.")
            .mayChangeLater();

    static final Section<Checkpoint> CHECKPOINT = new Section<>(
            List.of(CHECKPOINT_EVERY_ROUNDS, KEEP),
            values -> new Checkpoint(values.get(CHECKPOINT_EVERY_ROUNDS), values.get(KEEP)),
            List.of());
}
