package org.filigree.config;

import static org.filigree.config.NumberTypes.integer;
import static org.filigree.config.ScalarTypes.choice;
import static org.filigree.config.ScalarTypes.folderName;
import static org.filigree.config.ScalarTypes.orWord;
import static org.filigree.config.ScalarTypes.text;

import java.util.List;
import java.util.Optional;
import org.filigree.config.RunConfig.Adapter;
import org.filigree.config.RunConfig.Averaging;
import org.filigree.config.RunConfig.Base;
import org.filigree.config.RunConfig.Checkpoint;
import org.filigree.config.RunConfig.Data;
import org.filigree.config.RunConfig.Dtype;
import org.filigree.config.RunConfig.EngineChoice;
import org.filigree.config.RunConfig.Evaluation;
import org.filigree.config.RunConfig.Exact;
import org.filigree.config.RunConfig.Exchange;
import org.filigree.config.RunConfig.Training;

/** All fields of a configuration, and what its sections must not say together. */
final class RunConfigFields {

    /** The folder beside the run folders that token shards go to. */
    private static final String SHARDS = "shards";

    private RunConfigFields() {}

    private static final Field<Base, String> BASE_PATH =
            Field.required("path", text("a Hugging Face model folder"), Base::path, "A Hugging Face model folder.");
    private static final Field<Base, String> BASE_NAME = Field.derived(
            "name",
            text("what serving calls the model, no machine's path", "(?![/~.])(?!.*://)\\S(.*\\S)?"),
            Base::name,
            "What serving calls the model, published in the adapter; the last part of path.");
    private static final Field<Base, Dtype> DTYPE =
            Field.optional("dtype", choice(Dtype.class), Dtype.FLOAT32, Base::dtype, "Compute type.");
    private static final Section<Base> BASE_SECTION = new Section<>(
            List.of(BASE_PATH, BASE_NAME, DTYPE),
            values -> new Base(
                    values.get(BASE_PATH),
                    values.get(BASE_NAME) == null ? lastPart(values.get(BASE_PATH)) : values.get(BASE_NAME),
                    values.get(DTYPE)),
            List.of(new Rule<>(
                    "name",
                    List.of("path"),
                    (base, written) -> base.name() == null,
                    base -> "missing, and path %s does not tell it".formatted(base.path()))));

    private static final Field<EngineChoice, String> ENGINE_NAME = Field.optional(
            "name",
            text("auto or an engine's name", "[a-z][a-z0-9_-]*"),
            "auto",
            EngineChoice::name,
            "An engine's name; auto takes the preferred one.");
    private static final Field<EngineChoice, String> DEVICE =
            Field.optional("device", choice("auto", "cpu", "cuda"), "auto", EngineChoice::device, "Where it computes.");
    private static final Field<EngineChoice, Integer> THREADS = Field.optional(
            "threads",
            orWord("auto", 0, integer(1)),
            0,
            EngineChoice::threads,
            "Threads of an operation; auto: the task's cpus.");
    private static final Field<EngineChoice, Exact> EXACT = Field.<EngineChoice, Exact>optional(
                    "exact",
                    choice(Exact.class),
                    Exact.REPORTED,
                    EngineChoice::exact,
                    "Machines that compute other bits: reported (exact: false in the outcome), or the run is refused (required).")
            .mayChangeLater();
    private static final Section<EngineChoice> ENGINE_SECTION = new Section<>(
            List.of(ENGINE_NAME, DEVICE, THREADS, EXACT),
            values -> new EngineChoice(
                    values.get(ENGINE_NAME), values.get(DEVICE), values.get(THREADS), values.get(EXACT)),
            List.of());

    private static final Field<RunConfig, String> RUN = Field.required(
            "run",
            folderName(),
            RunConfig::run,
            "The run's id: an unfinished run of that id goes on, a finished one is left alone.");
    private static final Field<RunConfig, String> OUTPUT = Field.<RunConfig, String>required(
                    "output", text("a folder"), RunConfig::output, "Run folders go here; any Hadoop filesystem.")
            .mayChangeLater();
    private static final Field<RunConfig, Base> BASE =
            Field.section("base", BASE_SECTION, RunConfig::base, "The model that stays as it is.");
    private static final Field<RunConfig, EngineChoice> ENGINE =
            Field.section("engine", ENGINE_SECTION, RunConfig::engine, "What computes.");
    private static final Field<RunConfig, Data> DATA =
            Field.section("data", DataFields.SECTION, RunConfig::data, "The corpus.");
    private static final Field<RunConfig, Adapter> ADAPTER = Field.section(
            "adapter",
            AdapterFields.SECTION,
            RunConfig::adapter,
            "PEFT's LoraConfig: an adapter_config.json pastes in.");
    private static final Field<RunConfig, Training> TRAINING = Field.section(
            "training", TrainingFields.SECTION, RunConfig::training, "Names of transformers' TrainingArguments.");
    private static final Field<RunConfig, Averaging> AVERAGING =
            Field.section("averaging", RoundFields.AVERAGING, RunConfig::averaging, "How workers come together.");
    private static final Field<RunConfig, Evaluation> EVALUATION =
            Field.section("evaluation", RoundFields.EVALUATION, RunConfig::evaluation, "On the held-out rows.");
    private static final Field<RunConfig, Checkpoint> CHECKPOINT =
            Field.section("checkpoint", RoundFields.CHECKPOINT, RunConfig::checkpoint, "What a run goes on from.");

    static final Section<RunConfig> ROOT = new Section<>(
            List.of(RUN, OUTPUT, BASE, ENGINE, DATA, ADAPTER, TRAINING, AVERAGING, EVALUATION, CHECKPOINT),
            values -> new RunConfig(
                    values.get(RUN),
                    values.get(OUTPUT),
                    values.get(BASE),
                    values.get(ENGINE),
                    values.get(DATA),
                    named(values.get(ADAPTER), values.get(RUN)),
                    values.get(TRAINING),
                    values.get(AVERAGING),
                    values.get(EVALUATION),
                    values.get(CHECKPOINT)),
            List.of(
                    new Rule<>(
                            "run",
                            List.of("data"),
                            (run, written) ->
                                    run.run().equals(SHARDS) && run.data().shards() == null,
                            run -> "found shards, wanted another id: token shards go to that folder of output"),
                    new Rule<>(
                            "training.global_batch_size",
                            List.of("averaging"),
                            (run, written) -> run.averaging().exchange() == Exchange.PARAMETERS
                                    && run.training().globalBatchSize()
                                                    % run.averaging().workers()
                                            != 0,
                            run -> "found %d, wanted a multiple of averaging.workers (%d) when exchange is parameters"
                                    .formatted(
                                            run.training().globalBatchSize(),
                                            run.averaging().workers())),
                    new Rule<>(
                            "averaging.min_workers",
                            List.of("engine"),
                            (run, written) -> run.averaging().quorum() != null
                                    && run.engine().exact() == RunConfig.Exact.REQUIRED,
                            run -> "who is late would decide the bits, and engine.exact is required: "
                                    + "leave it out, or set engine.exact to reported"),
                    new Rule<>(
                            "averaging.local_steps",
                            List.of("adapter"),
                            (run, written) -> run.averaging().localSteps() == 0 && full(run),
                            run ->
                                    "found auto, which goes by the drift of low-rank products: wanted a positive integer "
                                            + "when adapter.method is full"),
                    new Rule<>(
                            "averaging.aggregation",
                            List.of("adapter"),
                            (run, written) ->
                                    run.averaging().aggregation() != RunConfig.Aggregation.FACTORS && full(run),
                            run -> "found %s, wanted factors when adapter.method is full"
                                    .formatted(
                                            run.averaging().aggregation().name().toLowerCase(java.util.Locale.ROOT))),
                    new Rule<>(
                            "evaluation.every_rounds",
                            List.of("data"),
                            (run, written) -> run.evaluation().everyRounds() > 0 && nothingHeldOut(run.data()),
                            run -> "found %d, without effect, as there is no data.held_out"
                                    .formatted(run.evaluation().everyRounds())),
                    new Rule<>(
                            "evaluation.early_stopping_patience",
                            List.of("data"),
                            (run, written) ->
                                    run.evaluation().earlyStoppingPatience() > 0 && nothingHeldOut(run.data()),
                            run -> "found %d, without effect, as there is no data.held_out"
                                    .formatted(run.evaluation().earlyStoppingPatience()))));

    /** The field of that name in whatever section has one. */
    static Optional<String> elsewhere(String name) {
        return ROOT.paths().filter(path -> path.endsWith("." + name)).findFirst();
    }

    private static boolean full(RunConfig run) {
        return run.adapter().method() == RunConfig.Method.FULL;
    }

    private static boolean nothingHeldOut(Data data) {
        return data.heldOut().share() == 0 && data.heldOut().sources().isEmpty();
    }

    /** {@code tiny} of {@code hdfs://lake/models/tiny/}; null where a path ends in no name. */
    private static String lastPart(String path) {
        if (path == null) {
            return null;
        }
        var name = path.strip().replaceFirst("/+$", "").replaceFirst(".*[/:]", "");
        return name.isEmpty() || name.startsWith(".") || name.startsWith("~") ? null : name;
    }

    private static Adapter named(Adapter adapter, String run) {
        return adapter == null || adapter.name() != null
                ? adapter
                : new Adapter(run, adapter.method(), adapter.lora(), adapter.initFrom());
    }
}
