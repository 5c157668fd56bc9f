package org.filigree.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.filigree.config.RunConfigReaderTest.SMALLEST;
import static org.filigree.config.RunConfigReaderTest.read;
import static org.filigree.config.RunConfigReaderTest.refusal;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.filigree.lora.PeftSwitches;
import org.junit.jupiter.api.Test;

/** Every field, with every kind of value it must not hold. */
class RunConfigFieldsTest {

    private static final List<String> NO_SCALARS = List.of("[]", "{}", "[[1]]", "{a: 1}");
    private static final List<String> NO_TEXTS = with(NO_SCALARS, "''", "'  '", "\"\\t\"");
    private static final List<String> NO_WORDS = with(NO_TEXTS, "null", "nonsense", "-1", "true");
    private static final List<String> NO_NUMBERS = with(
            NO_TEXTS,
            "null",
            "nonsense",
            "true",
            "'5'",
            "1_000",
            "0x10",
            "1e",
            ".",
            "NaN",
            ".nan",
            ".inf",
            "-.inf",
            "1e999");
    private static final List<String> NO_INTEGERS =
            with(NO_NUMBERS, "1.5", "1e3", "5.0", "010", "-7", "99999999999999999999999");
    private static final List<String> NO_POSITIVES = with(NO_NUMBERS, "0", "-1e-9", "0.0", "-0");
    private static final List<String> NO_FRACTIONS = with(NO_NUMBERS, "-0.1", "1", "1.0", "2");
    private static final List<String> NO_FLAGS = with(NO_TEXTS, "null", "yes", "no", "on", "1", "0", "'true'");
    private static final List<String> NO_FOLDER_NAMES =
            with(NO_TEXTS, "null", ".", "..", ".a", "a/b", "a b", "ä", "'a\n'", "x".repeat(101));
    private static final List<String> NO_LISTS = List.of("null", "''", "[]", "{}", "nonsense", "5", "{a: 1}");
    private static final List<String> NO_MAPPINGS = List.of("[]", "nonsense", "5", "''", "[{}]");
    private static final List<String> NO_SECTIONS = with(NO_MAPPINGS, "{nonsense: 1}");
    private static final List<String> NO_MAPS =
            List.of("null", "''", "[]", "nonsense", "5", "[{a: 1}]", "{a: []}", "{a: null}");

    private static final Map<String, List<String>> REFUSED = new LinkedHashMap<>();

    static {
        REFUSED.put("run", NO_FOLDER_NAMES);
        REFUSED.put("output", with(NO_TEXTS, "null"));
        REFUSED.put("base", NO_MAPPINGS);
        REFUSED.put("base.path", with(NO_TEXTS, "null"));
        REFUSED.put(
                "base.name", with(NO_TEXTS, "null", "/models/tiny", "~/tiny", "./tiny", "hdfs://lake/tiny", "' tiny'"));
        REFUSED.put("base.dtype", with(NO_WORDS, "nf4", "FLOAT32"));
        REFUSED.put("engine", NO_SECTIONS);
        REFUSED.put("engine.name", with(NO_TEXTS, "null", "LibTorch", "5"));
        REFUSED.put("engine.device", with(NO_WORDS, "gpu"));
        REFUSED.put("engine.threads", with(NO_INTEGERS, "0", "2147483648"));
        REFUSED.put("engine.exact", NO_WORDS);
        REFUSED.put("data", NO_MAPPINGS);
        REFUSED.put("data.train", NO_LISTS);
        REFUSED.put("data.train.0", with(NO_MAPPINGS, "null"));
        REFUSED.put("data.train.0.path", NO_TEXTS);
        REFUSED.put("data.train.0.table", NO_TEXTS);
        REFUSED.put("data.train.0.sql", NO_TEXTS);
        REFUSED.put("data.train.0.format", NO_TEXTS);
        REFUSED.put("data.train.0.options", NO_MAPS);
        REFUSED.put("data.train.0.shape", with(NO_WORDS, "masked"));
        REFUSED.put("data.train.0.columns", with(NO_MAPS, "{text: ''}"));
        REFUSED.put("data.train.0.weight", NO_POSITIVES);
        REFUSED.put("data.train.0.skip", NO_INTEGERS);
        REFUSED.put("data.train.0.limit", NO_INTEGERS);
        REFUSED.put("data.held_out", with(NO_FRACTIONS, "5", "[[]]"));
        REFUSED.put("data.max_length", with(NO_INTEGERS, "0", "1", "2147483648"));
        REFUSED.put("data.overlong", NO_WORDS);
        REFUSED.put("data.packing", NO_FLAGS);
        REFUSED.put("data.shuffle", NO_FLAGS);
        REFUSED.put("data.completion_only_loss", NO_FLAGS);
        REFUSED.put("data.deduplicate", NO_FLAGS);
        REFUSED.put("data.max_rejects", with(NO_NUMBERS, "-0.1", "1.1"));
        REFUSED.put("data.shards", NO_TEXTS);
        REFUSED.put("data.tokenizer", NO_TEXTS);
        REFUSED.put("adapter", NO_SECTIONS);
        REFUSED.put("adapter.name", NO_FOLDER_NAMES);
        REFUSED.put("adapter.method", with(NO_WORDS, "dora"));
        REFUSED.put("adapter.r", with(NO_INTEGERS, "0", "2147483648"));
        REFUSED.put("adapter.lora_alpha", NO_POSITIVES);
        REFUSED.put("adapter.lora_dropout", NO_FRACTIONS);
        REFUSED.put(
                "adapter.target_modules",
                List.of("null", "''", "[]", "{}", "[[a]]", "[null]", "['']", "(q", "'*_proj'"));
        REFUSED.put("adapter.exclude_modules", List.of("''", "[]", "{}", "[[a]]", "[null]", "['']", "(q", "'*_proj'"));
        REFUSED.put("adapter.layers_to_transform", List.of("''", "[]", "{}", "-1", "[-1]", "[1.5]", "a", "[null]"));
        REFUSED.put("adapter.layers_pattern", List.of("''", "[]", "{}", "[[a]]", "[null]"));
        REFUSED.put("adapter.rank_pattern", with(NO_MAPS, "{q: 0}", "{q: 1.5}", "{q: -1}", "{q: '1'}"));
        REFUSED.put("adapter.alpha_pattern", with(NO_MAPS, "{q: 0}", "{q: .nan}", "{q: -1}", "{q: '1'}"));
        REFUSED.put("adapter.use_rslora", NO_FLAGS);
        REFUSED.put("adapter.init_from", NO_TEXTS);
        PeftSwitches.FEATURES.forEach(
                name -> REFUSED.put("adapter." + name, List.of("true", "1", "[a]", "{a: 1}", "a", "'false'")));
        REFUSED.put("adapter.peft_type", List.of("LOHA", "true", "[]", "lora"));
        REFUSED.put("adapter.bias", List.of("all", "lora_only", "true", "[none]"));
        REFUSED.put("adapter.task_type", List.of("SEQ_CLS", "true", "{}"));
        REFUSED.put("adapter.init_lora_weights", List.of("false", "gaussian", "pissa", "[true]", "1"));
        PeftSwitches.INFORMATION.forEach(name -> REFUSED.put("adapter." + name, List.of()));
        REFUSED.put("training", NO_SECTIONS);
        REFUSED.put("training.num_train_epochs", NO_POSITIVES);
        REFUSED.put("training.max_steps", with(NO_INTEGERS, "0", "-2", "2147483648"));
        REFUSED.put("training.global_batch_size", with(NO_INTEGERS, "0", "2147483648"));
        REFUSED.put("training.micro_batch_size", with(NO_INTEGERS, "0", "2147483648"));
        REFUSED.put("training.learning_rate", NO_POSITIVES);
        REFUSED.put("training.lr_scheduler_type", with(NO_WORDS, "polynomial"));
        REFUSED.put("training.warmup_steps", with(NO_INTEGERS, "2147483648"));
        REFUSED.put("training.weight_decay", with(NO_NUMBERS, "-0.1"));
        REFUSED.put("training.adam_beta1", NO_FRACTIONS);
        REFUSED.put("training.adam_beta2", NO_FRACTIONS);
        REFUSED.put("training.adam_epsilon", NO_POSITIVES);
        REFUSED.put("training.max_grad_norm", with(NO_NUMBERS, "-0.1"));
        REFUSED.put("training.gradient_checkpointing", List.of("''", "[]", "yes", "1", "automatic", "'true'"));
        REFUSED.put("training.seed", NO_INTEGERS);
        REFUSED.put("training.report_to", with(NO_WORDS, "wandb"));
        REFUSED.put("averaging", NO_SECTIONS);
        REFUSED.put("averaging.workers", with(NO_INTEGERS, "0", "2147483648"));
        REFUSED.put("averaging.exchange", NO_WORDS);
        REFUSED.put("averaging.local_steps", with(NO_INTEGERS, "0", "2147483648"));
        REFUSED.put("averaging.wire", NO_WORDS);
        REFUSED.put("averaging.inner_state", NO_WORDS);
        REFUSED.put("averaging.aggregation", NO_WORDS);
        REFUSED.put("averaging.min_workers", with(butNull(NO_INTEGERS), "0", "2147483648"));
        REFUSED.put("averaging.deadline_seconds", butNull(NO_POSITIVES));
        REFUSED.put("averaging.outer", List.of("[]", "''", "5", "{a: 1}"));
        REFUSED.put("averaging.outer.learning_rate", NO_POSITIVES);
        REFUSED.put("averaging.outer.momentum", NO_FRACTIONS);
        REFUSED.put("evaluation", NO_SECTIONS);
        REFUSED.put("evaluation.every_rounds", with(NO_INTEGERS, "2147483648"));
        REFUSED.put("evaluation.early_stopping_patience", with(NO_INTEGERS, "2147483648"));
        REFUSED.put("checkpoint", NO_SECTIONS);
        REFUSED.put("checkpoint.every_rounds", with(NO_INTEGERS, "0", "2147483648"));
        REFUSED.put("checkpoint.keep", with(NO_INTEGERS, "0", "2147483648"));
    }

    private static List<String> with(List<String> values, String... more) {
        return Stream.concat(values.stream(), Stream.of(more)).toList();
    }

    private static List<String> butNull(List<String> values) {
        return values.stream().filter(value -> !value.equals("null")).toList();
    }

    @Test
    void theTableHasEveryField() {
        var fields = new HashSet<>(RunConfigFields.ROOT.paths().toList());
        SourceFields.SECTION.paths().map("data.train.0."::concat).forEach(fields::add);
        fields.add("data.train.0");
        assertThat(REFUSED.keySet()).isEqualTo(fields).hasSize(110);
    }

    @Test
    void badValuesAreRefusedInOneLineThatNamesTheFieldAndWhatWasWanted() {
        var tried = new ArrayList<String>();
        REFUSED.forEach((field, values) -> values.forEach(value -> {
            var set = field + "=" + value;
            assertThat(refusal(SMALLEST, set))
                    .as(set)
                    .hasLineCount(1)
                    .startsWith("--set: " + field)
                    .contains("wanted ");
            tried.add(set);
        }));
        assertThat(tried).doesNotHaveDuplicates().hasSize(1402);
    }

    @Test
    void whereNullMeansNothingSaidItReadsAsIfLeftOut() {
        var nullable = List.of(
                "engine",
                "adapter",
                "training",
                "averaging",
                "evaluation",
                "checkpoint",
                "data.train.0.table",
                "data.train.0.sql",
                "data.train.0.format",
                "data.shards",
                "data.tokenizer",
                "adapter.exclude_modules",
                "adapter.layers_to_transform",
                "adapter.layers_pattern",
                "adapter.init_from",
                "adapter.use_dora",
                "training.gradient_checkpointing",
                "averaging.outer",
                "averaging.min_workers",
                "averaging.deadline_seconds");
        for (var field : nullable) {
            assertThat(read(SMALLEST, field + "=null")).as(field).isEqualTo(read(SMALLEST));
            assertThat(read(SMALLEST, field + "=")).as(field).isEqualTo(read(SMALLEST));
        }
    }

    @Test
    void numbersAreNumbersHoweverTheyAreWritten() {
        for (var value : List.of("2e-4", "2E-4", "2.0e-4", "0.0002", ".0002", "+2e-4", "000.0002", "20e-5")) {
            assertThat(read(SMALLEST, "training.learning_rate=" + value)
                            .training()
                            .learningRate())
                    .as(value)
                    .isEqualTo(2e-4);
        }
    }

    @Test
    void textsAreTextsHoweverTheyLook() {
        for (var value : List.of("007", "no", "1e5", "true", "2026-11-25", "0x1F")) {
            assertThat(read(SMALLEST, "run=" + value).run()).isEqualTo(value);
        }
    }
}
