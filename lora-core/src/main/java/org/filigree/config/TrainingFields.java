package org.filigree.config;

import static org.filigree.config.NumberTypes.atLeastZero;
import static org.filigree.config.NumberTypes.fraction;
import static org.filigree.config.NumberTypes.integer;
import static org.filigree.config.NumberTypes.longInteger;
import static org.filigree.config.NumberTypes.positive;
import static org.filigree.config.ScalarTypes.choice;
import static org.filigree.config.ScalarTypes.flag;
import static org.filigree.config.ScalarTypes.orWord;

import java.util.List;
import org.filigree.config.RunConfig.ReportTo;
import org.filigree.config.RunConfig.Schedule;
import org.filigree.config.RunConfig.Training;

/** The {@code training} section: names and defaults of transformers' TrainingArguments; the batch sizes are ours. */
final class TrainingFields {

    private static final String CONSTANT = "constant";
    private static final String CONSTANT_WITH_WARMUP = "constant_with_warmup";

    private TrainingFields() {}

    private static final Field<Training, Double> NUM_TRAIN_EPOCHS = Field.<Training, Double>optional(
                    "num_train_epochs", positive(), 3.0, Training::numTrainEpochs, "Times the corpus is gone through.")
            .writtenWhen(training -> training.maxSteps() < 0);
    private static final Field<Training, Integer> MAX_STEPS = Field.optional(
            "max_steps", integer(-1), -1, Training::maxSteps, "Steps in all, instead of epochs; -1 to go by epochs.");
    private static final Field<Training, Integer> GLOBAL_BATCH_SIZE = Field.optional(
            "global_batch_size", integer(1), 32, Training::globalBatchSize, "Rows a step, over all workers.");
    private static final Field<Training, Integer> MICRO_BATCH_SIZE = Field.optional(
            "micro_batch_size", integer(1), 4, Training::microBatchSize, "Rows a worker computes at once.");
    private static final Field<Training, Double> LEARNING_RATE = Field.optional(
            "learning_rate", positive(), 5e-5, Training::learningRate, "The rate at the end of the warm-up.");
    private static final Field<Training, String> LR_SCHEDULER_TYPE = Field.optional(
            "lr_scheduler_type",
            choice(CONSTANT, CONSTANT_WITH_WARMUP, "linear", "cosine"),
            "linear",
            TrainingFields::schedulerType,
            "How the rate goes on after the warm-up.");
    private static final Field<Training, Integer> WARMUP_STEPS = Field.optional(
            "warmup_steps", integer(0), 0, Training::warmupSteps, "Steps in which the rate rises from 0.");
    private static final Field<Training, Double> WEIGHT_DECAY =
            Field.optional("weight_decay", atLeastZero(), 0.0, Training::weightDecay, "AdamW's weight decay.");
    private static final Field<Training, Double> ADAM_BETA1 =
            Field.optional("adam_beta1", fraction(), 0.9, Training::adamBeta1, "AdamW's decay of the first moment.");
    private static final Field<Training, Double> ADAM_BETA2 =
            Field.optional("adam_beta2", fraction(), 0.999, Training::adamBeta2, "AdamW's decay of the second moment.");
    private static final Field<Training, Double> ADAM_EPSILON =
            Field.optional("adam_epsilon", positive(), 1e-8, Training::adamEpsilon, "AdamW's epsilon.");
    private static final Field<Training, Double> MAX_GRAD_NORM = Field.optional(
            "max_grad_norm", atLeastZero(), 1.0, Training::maxGradNorm, "Gradients are cut to this norm; 0 for never.");
    private static final Field<Training, Boolean> GRADIENT_CHECKPOINTING = Field.optional(
            "gradient_checkpointing",
            orWord("auto", null, flag()),
            null,
            Training::gradientCheckpointing,
            "Compute activations again instead of keeping them.");
    private static final Field<Training, Long> SEED =
            Field.optional("seed", longInteger(0), 42L, Training::seed, "What every random number is a function of.");
    private static final Field<Training, ReportTo> REPORT_TO = Field.<Training, ReportTo>optional(
                    "report_to",
                    choice(ReportTo.class),
                    ReportTo.NONE,
                    Training::reportTo,
                    "Who else is told how the run goes: mlflow, at MLFLOW_TRACKING_URI in the environment.")
            .mayChangeLater();

    static final Section<Training> SECTION = new Section<>(
            List.of(
                    NUM_TRAIN_EPOCHS,
                    MAX_STEPS,
                    GLOBAL_BATCH_SIZE,
                    MICRO_BATCH_SIZE,
                    LEARNING_RATE,
                    LR_SCHEDULER_TYPE,
                    WARMUP_STEPS,
                    WEIGHT_DECAY,
                    ADAM_BETA1,
                    ADAM_BETA2,
                    ADAM_EPSILON,
                    MAX_GRAD_NORM,
                    GRADIENT_CHECKPOINTING,
                    SEED,
                    REPORT_TO),
            values -> new Training(
                    values.get(NUM_TRAIN_EPOCHS),
                    values.get(MAX_STEPS),
                    values.get(GLOBAL_BATCH_SIZE),
                    values.get(MICRO_BATCH_SIZE),
                    values.get(LEARNING_RATE),
                    schedule(values.get(LR_SCHEDULER_TYPE)),
                    values.get(WARMUP_STEPS),
                    values.get(WEIGHT_DECAY),
                    values.get(ADAM_BETA1),
                    values.get(ADAM_BETA2),
                    values.get(ADAM_EPSILON),
                    values.get(MAX_GRAD_NORM),
                    values.get(GRADIENT_CHECKPOINTING),
                    values.get(SEED),
                    values.get(REPORT_TO)),
            List.of(
                    new Rule<>(
                            "max_steps",
                            List.of(),
                            (training, written) -> training.maxSteps() == 0,
                            training -> "found 0, wanted a positive integer, or -1 to go by epochs"),
                    new Rule<>(
                            "num_train_epochs",
                            List.of("max_steps"),
                            (training, written) -> training.maxSteps() > 0 && written.has("num_train_epochs"),
                            training -> "without effect when max_steps is %d: leave one of them out"
                                    .formatted(training.maxSteps())),
                    new Rule<>(
                            "warmup_steps",
                            List.of("lr_scheduler_type"),
                            (training, written) -> training.warmupSteps() > 0
                                    && written.at("lr_scheduler_type")
                                            .filter(type -> type instanceof Located.Scalar scalar
                                                    && scalar.text().equals(CONSTANT))
                                            .isPresent(),
                            training -> "without effect when lr_scheduler_type is constant; did you mean %s?"
                                    .formatted(CONSTANT_WITH_WARMUP))));

    private static Schedule schedule(String type) {
        return switch (type) {
            case CONSTANT, CONSTANT_WITH_WARMUP -> Schedule.CONSTANT;
            case "linear" -> Schedule.LINEAR;
            default -> Schedule.COSINE;
        };
    }

    private static String schedulerType(Training training) {
        return switch (training.schedule()) {
            case CONSTANT -> training.warmupSteps() > 0 ? CONSTANT_WITH_WARMUP : CONSTANT;
            case LINEAR -> "linear";
            case COSINE -> "cosine";
        };
    }
}
