package org.filigree.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Map;
import org.filigree.config.RunConfig.Aggregation;
import org.filigree.config.RunConfig.Dtype;
import org.filigree.config.RunConfig.Exchange;
import org.filigree.config.RunConfig.HeldOut;
import org.filigree.config.RunConfig.InnerState;
import org.filigree.config.RunConfig.Method;
import org.filigree.config.RunConfig.Outer;
import org.filigree.config.RunConfig.Overlong;
import org.filigree.config.RunConfig.Schedule;
import org.filigree.config.RunConfig.Shape;
import org.filigree.config.RunConfig.Source;
import org.filigree.config.RunConfig.Wire;
import org.filigree.lora.LoraConfig;
import org.filigree.lora.LoraConfig.Modules;
import org.junit.jupiter.api.Test;

class RunConfigReaderTest {

    /** The design's, but for {@code aggregation}, which there is none of yet. */
    static final String DESIGN = """
            run: support-bot              # same id: an unfinished run goes on, a finished one is left alone
            output: runs                  # run folders go here; any Hadoop filesystem
            base: {path: models/tiny, name: acme/tiny, dtype: bfloat16}    # name: what serving calls it
            engine: {name: auto, device: auto, threads: auto}
            data:
              train: [{path: data/chat.jsonl, shape: messages}]
              held_out: 0.02              # a share, or a list as above
              max_length: 1024
              overlong: truncate          # truncate | split | reject
              packing: true
              shuffle: true               # false: the rows' own order
              completion_only_loss: true
            adapter: {method: lora, r: 16, lora_alpha: 32, lora_dropout: 0.05, target_modules: all-linear, init_from: null}
            training: {num_train_epochs: 3, max_steps: -1, global_batch_size: 32, micro_batch_size: 4, learning_rate: 2.0e-4,
                       lr_scheduler_type: cosine, warmup_steps: 20, weight_decay: 0.0, max_grad_norm: 1.0, gradient_checkpointing: auto, seed: 42}
            averaging: {workers: 4, exchange: parameters, local_steps: 8, outer: {learning_rate: 0.7, momentum: 0.9}}
            evaluation: {every_rounds: 10, early_stopping_patience: 3}
            checkpoint: {every_rounds: 10, keep: 2}
            """;

    static final String SMALLEST = """
            run: nightly
            output: runs
            base: {path: models/tiny}
            data: {train: [{path: a.txt, shape: text}]}
            """;

    static RunConfig read(String yaml, String... sets) {
        return RunConfigReader.read("run.yaml", yaml, List.of(sets), Map.of());
    }

    static String refusal(String yaml, String... sets) {
        var error = catchThrowableOfType(FiligreeException.class, () -> read(yaml, sets));
        assertThat(error).as("refused: %s %s", yaml, List.of(sets)).isNotNull();
        assertThat(error.code()).isEqualTo(FiligreeException.Code.CONFIGURATION);
        return error.getMessage();
    }

    @Test
    void readsTheDesignsExample() {
        assertThat(read(DESIGN))
                .isEqualTo(new RunConfig(
                        "support-bot",
                        "runs",
                        new RunConfig.Base("models/tiny", "acme/tiny", Dtype.BFLOAT16),
                        new RunConfig.EngineChoice("auto", "auto", 0, RunConfig.Exact.REPORTED),
                        new RunConfig.Data(
                                List.of(new Source(
                                        "data/chat.jsonl",
                                        null,
                                        null,
                                        null,
                                        Map.of(),
                                        Shape.MESSAGES,
                                        Map.of(),
                                        1,
                                        0,
                                        0)),
                                new HeldOut(0.02, List.of()),
                                1024,
                                Overlong.TRUNCATE,
                                true,
                                true,
                                true,
                                false,
                                0.01,
                                null,
                                null),
                        new RunConfig.Adapter(
                                "support-bot",
                                Method.LORA,
                                new LoraConfig(
                                        16,
                                        32,
                                        0.05,
                                        new Modules.AllLinear(),
                                        null,
                                        null,
                                        null,
                                        Map.of(),
                                        Map.of(),
                                        false),
                                null),
                        new RunConfig.Training(
                                3,
                                -1,
                                32,
                                4,
                                2e-4,
                                Schedule.COSINE,
                                20,
                                0,
                                0.9,
                                0.999,
                                1e-8,
                                1,
                                null,
                                42,
                                RunConfig.ReportTo.NONE),
                        new RunConfig.Averaging(
                                4,
                                Exchange.PARAMETERS,
                                8,
                                new Outer(0.7, 0.9),
                                Wire.BFLOAT16,
                                InnerState.RESET,
                                Aggregation.FACTORS),
                        new RunConfig.Evaluation(10, 3),
                        new RunConfig.Checkpoint(10, 2)));
    }

    @Test
    void whatIsLeftOutTakesTheDefaultsOfPeftAndTransformers() {
        var config = read(SMALLEST);
        assertThat(config.base()).isEqualTo(new RunConfig.Base("models/tiny", "tiny", Dtype.FLOAT32));
        assertThat(config.engine()).isEqualTo(new RunConfig.EngineChoice("auto", "auto", 0, RunConfig.Exact.REPORTED));
        assertThat(config.data().heldOut()).isEqualTo(new HeldOut(0, List.of()));
        assertThat(config.adapter())
                .isEqualTo(new RunConfig.Adapter(
                        "nightly",
                        Method.LORA,
                        new LoraConfig(8, 8, 0, new Modules.AllLinear(), null, null, null, Map.of(), Map.of(), false),
                        null));
        assertThat(config.training())
                .isEqualTo(new RunConfig.Training(
                        3,
                        -1,
                        32,
                        4,
                        5e-5,
                        Schedule.LINEAR,
                        0,
                        0,
                        0.9,
                        0.999,
                        1e-8,
                        1,
                        null,
                        42,
                        RunConfig.ReportTo.NONE));
        assertThat(config.averaging()).isEqualTo(RunConfig.Averaging.gradients(2));
        assertThat(read(SMALLEST, "averaging.exchange=parameters").averaging())
                .isEqualTo(new RunConfig.Averaging(
                        2, Exchange.PARAMETERS, 8, null, Wire.BFLOAT16, InnerState.RESET, Aggregation.FACTORS));
        assertThat(read(SMALLEST, "averaging.exchange=parameters", "averaging.local_steps=auto")
                        .averaging()
                        .localSteps())
                .isZero();
        assertThat(config.evaluation()).isEqualTo(new RunConfig.Evaluation(0, 0));
        assertThat(config.checkpoint()).isEqualTo(new RunConfig.Checkpoint(10, 2));
    }

    @Test
    void theBasesNameIsTheLastPartOfItsPathAndNothingOfTheMachine() {
        var names = Map.of(
                "/home/me/models/tiny",
                "tiny",
                "hdfs://lake:8020/models/tiny/",
                "tiny",
                "tiny",
                "tiny",
                "../m/t-1.5B",
                "t-1.5B");
        names.forEach(
                (path, name) -> assertThat(read(SMALLEST, "base.path=" + path).base())
                        .isEqualTo(new RunConfig.Base(path, name, Dtype.FLOAT32)));
        for (var path : List.of("/", ".", "..", "models/..", "a/~")) {
            assertThat(refusal(SMALLEST, "base.path=" + path)).contains("base.name: missing, and path " + path);
        }
    }
}
