package org.filigree.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.filigree.config.RunConfigReaderTest.DESIGN;
import static org.filigree.config.RunConfigReaderTest.SMALLEST;
import static org.filigree.config.RunConfigReaderTest.read;
import static org.filigree.config.RunConfigReaderTest.refusal;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is refused, and in which words. */
class RunConfigMistakesTest {

    @Test
    void allMistakesOfAFileAreReportedAtOnceInItsOrder() {
        assertThat(refusal("""
                        run: .hidden
                        base:
                          path: models/tiny
                          dtype: nf4
                        data:
                          train:
                            - path: a.txt
                              table: rows
                              shape: txet
                            - sql: select 1
                          packing: yes
                        adapter: {r: 0, lora_dropuot: 0.1}
                        training:
                          learning_rate: -2e-4
                          lr_scheduler_type: cosin
                        averaging: {workers: 2.5}
                        learning_rate: 1
                        """).lines())
                .containsExactly(
                        "run.yaml:1: run: found .hidden, wanted letters, digits, '.', '_' and '-', not starting with '.', 100 at most",
                        "run.yaml:1: output: missing, wanted a folder",
                        "run.yaml:4: base.dtype: found nf4, wanted float32 or bfloat16",
                        "run.yaml:7: data.train.0.path: found path and table, wanted exactly one of path, table and sql (or format with options)",
                        "run.yaml:9: data.train.0.shape: found txet, wanted text, prompt_completion, messages, alpaca, sharegpt, source_target, text_label or tokens; did you mean text?",
                        "run.yaml:10: data.train.1.shape: missing, wanted text, prompt_completion, messages, alpaca, sharegpt, source_target, text_label or tokens",
                        "run.yaml:11: data.packing: found yes, wanted true or false",
                        "run.yaml:12: adapter.lora_dropuot: unknown field, wanted one of name, method, r, lora_alpha, lora_dropout, target_modules, exclude_modules, layers_to_transform, layers_pattern, rank_pattern, alpha_pattern, use_rslora, init_from; did you mean lora_dropout?",
                        "run.yaml:12: adapter.r: found 0, wanted a positive integer",
                        "run.yaml:14: training.learning_rate: found -2e-4, wanted a number greater than 0",
                        "run.yaml:15: training.lr_scheduler_type: found cosin, wanted constant, constant_with_warmup, linear or cosine; did you mean cosine?",
                        "run.yaml:16: averaging.workers: found 2.5, wanted a positive integer",
                        "run.yaml:17: learning_rate: unknown field, wanted one of run, output, base, engine, data, adapter, training, averaging, evaluation, checkpoint; did you mean training.learning_rate?");
    }

    @Test
    void oneMistakeIsOneLine() {
        assertThat(refusal(DESIGN.replace("local_steps: 8,", "local_steps: 8, aggregate: factors,")))
                .isEqualTo(
                        "run.yaml:16: averaging.aggregate: unknown field, wanted one of workers, exchange, local_steps, outer, wire, inner_state, aggregation, min_workers, deadline_seconds; did you mean aggregation?");
    }

    @Test
    void anEmptyFileSaysWhatIsMissing() {
        for (var empty : new String[] {"", "# nothing\n", "null", "---\n"}) {
            assertThat(refusal(empty).lines())
                    .containsExactly(
                            "run.yaml:1: run: missing, wanted letters, digits, '.', '_' and '-', not starting with '.', 100 at most",
                            "run.yaml:1: output: missing, wanted a folder",
                            "run.yaml:1: base.path: missing, wanted a Hugging Face model folder",
                            "run.yaml:1: data.train: missing, wanted a list, each item a mapping of path, table, sql, format, options, shape, columns, weight, skip, limit");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "base.dtype=nf4|base.dtype: found nf4, wanted float32 or bfloat16",
                "data.train.0.shape=masked|data.train.0.shape: found masked, wanted text, prompt_completion",
                "averaging.wire=int4|averaging.wire: found int4, wanted float32, bfloat16 or int8; did you mean int8?",
                "averaging.inner_state=frozen|averaging.inner_state: found frozen, wanted reset, average or keep",
                "averaging.exchange=deltas|averaging.exchange: found deltas, wanted gradients or parameters",
                "adapter.method=dora|adapter.method: found dora, wanted lora or full; did you mean lora?",
                "adapter.use_dora=true|adapter.use_dora: found true, wanted null or false: it is not supported",
                "adapter.init_lora_weights=pissa|adapter.init_lora_weights: found pissa, wanted true: nothing else is supported",
                "training.warmup_ratio=0.1|training.warmup_ratio: unknown field",
                "exact=required|exact: unknown field",
                "trainin.seed=1|trainin: unknown field",
            })
    void whatIsNotThereYetIsUnknown(String set, String message) {
        assertThat(refusal(SMALLEST, set)).hasLineCount(1).startsWith("--set: " + message);
    }

    @Test
    void aRunThatMustBeExactWaitsForAllWorkers() {
        assertThat(refusal(
                        SMALLEST, "engine.exact=required", "averaging.min_workers=1", "averaging.deadline_seconds=9"))
                .hasLineCount(1)
                .contains("averaging.min_workers: who is late would decide the bits, and engine.exact is required");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "averaging={outer: {}}|averaging.outer: without effect when exchange is gradients: leave it out",
                "averaging={local_steps: 4}|averaging.local_steps: found 4, without effect when exchange is gradients",
                "averaging.inner_state=average|averaging.inner_state: without effect when exchange is gradients: leave it out",
                "averaging.aggregation=product|averaging.aggregation: without effect when exchange is gradients: leave it out",
                "averaging={exchange: parameters, aggregation: product, inner_state: average}|averaging.inner_state: the moments would belong to other factors when aggregation is product: wanted reset",
                "averaging={exchange: parameters, aggregation: product, inner_state: keep}|averaging.inner_state: the moments would belong to other factors when aggregation is product: wanted reset",
                "averaging.min_workers=1|averaging.min_workers: without effect, wanted deadline_seconds beside it: how long a round waits for all",
                "averaging.deadline_seconds=9|averaging.deadline_seconds: without effect, wanted min_workers beside it: fewest that a round goes on with",
                "averaging={workers: 2, min_workers: 2, deadline_seconds: 9}|averaging.min_workers: found 2, wanted fewer than averaging.workers (2); leave it out to wait for all",
                "averaging={exchange: parameters, inner_state: keep, min_workers: 1, deadline_seconds: 9}|averaging.inner_state: found keep, wanted reset or average where min_workers is given: a worker left out of a round would keep moments that nobody else has",
                "averaging={exchange: parameters, aggregation: product, outer: {}}|averaging.outer: momentum would belong to other factors when aggregation is product: leave it out",
                "evaluation.every_rounds=2|evaluation.every_rounds: found 2, without effect, as there is no data.held_out",
                "training={max_steps: 5, num_train_epochs: 3}|training.num_train_epochs: without effect when max_steps is 5: leave one of them out",
                "training.max_steps=0|training.max_steps: found 0, wanted a positive integer, or -1 to go by epochs",
                "training={lr_scheduler_type: constant, warmup_steps: 5}|training.warmup_steps: without effect when lr_scheduler_type is constant; did you mean constant_with_warmup?",
                "averaging={workers: 5, exchange: parameters}|training.global_batch_size: found 32, wanted a multiple of averaging.workers (5) when exchange is parameters",
                "adapter={method: full, r: 8}|adapter.r: without effect when method is full: leave it out",
                "adapter={method: full, init_from: a}|adapter.init_from: without effect when method is full: leave it out",
                "adapter={method: full, use_dora: false}|adapter.use_dora: without effect when method is full: leave it out",
                "adapter.exclude_modules=all-linear|adapter.exclude_modules: found all-linear, which leaves nothing; wanted a list of names or a regular expression",
                "adapter.layers_pattern=h|adapter.layers_pattern: without effect, as there is no layers_to_transform: leave it out",
                "adapter={target_modules: .*q_proj, layers_to_transform: 1}|adapter.layers_to_transform: PEFT takes none beside a regular expression as target_modules; name the layers in that",
                "adapter.target_modules='*_proj'|adapter.target_modules: found '*_proj', wanted a list of module names, a regular expression or all-linear (Dangling meta character '*')",
                "adapter.rank_pattern={'(q': 2}|adapter.rank_pattern: found (q, wanted regular expressions",
                "adapter.alpha_pattern={'(q': 2}|adapter.alpha_pattern: found (q, wanted regular expressions",
                "data.completion_only_loss=true|data.completion_only_loss: without effect on shapes text and tokens: leave it out",
                "data={train: [{path: a, shape: tokens}], tokenizer: t}|data.tokenizer: without effect on shape tokens: leave it out",
                "data.train.0={shape: text}|data.train.0.path: found none, wanted exactly one of path, table and sql (or format with options)",
                "data.train.0={table: t, sql: select 1, shape: text}|data.train.0.path: found table and sql, wanted exactly one of path, table and sql (or format with options)",
                "data.train.0={table: t, format: csv, shape: text}|data.train.0.format: without effect on a table or query: leave it out",
                "data.train.0={sql: s, options: {a: b}, shape: text}|data.train.0.options: without effect on a table or query: leave them out",
                "data.train.0.columns={txt: body}|data.train.0.columns: found txt, the shape text has text; did you mean text?",
                "base.path=/|base.name: missing, and path / does not tell it",
                "run=shards|run: found shards, wanted another id: token shards go to that folder of output",
            })
    void settingsThatHaveNoEffectOrContradictEachOtherAreMistakes(String set, String message) {
        assertThat(refusal(SMALLEST, set)).isEqualTo(place(message) + message);
    }

    /** A field that was not written is reported where its section begins. */
    private static String place(String message) {
        if (message.startsWith("training.global_batch_size")) {
            return "run.yaml:1: ";
        }
        return message.startsWith("base.name") ? "run.yaml:3: " : "--set: ";
    }

    @Test
    void patienceNeedsEvaluations() {
        assertThat(refusal(SMALLEST, "data.held_out=0.1", "evaluation.early_stopping_patience=3"))
                .isEqualTo("--set: evaluation.early_stopping_patience: found 3, without effect when every_rounds is 0");
    }

    @Test
    void valuesThatSwitchOffWhatIsOffAnywayAreFine() {
        assertThat(read(
                        SMALLEST,
                        "averaging={local_steps: 1, outer: null}",
                        "evaluation={every_rounds: 0, early_stopping_patience: 0}",
                        "training={lr_scheduler_type: constant, warmup_steps: 0, max_steps: -1, num_train_epochs: 3}",
                        "data.tokenizer=null",
                        "data.held_out=0"))
                .isEqualTo(read(SMALLEST, "training.lr_scheduler_type=constant"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "run: a\\nrun: b|run.yaml:2: run: given twice, first at run.yaml:1",
                "run: a\\n---\\nrun: b|run.yaml:2: a second document, wanted one",
                "run: &a x\\noutput: *a|run.yaml:1: anchors and aliases are not supported: write the value out",
                "run: a\\noutput: *a|run.yaml:2: anchors and aliases are not supported: write the value out",
                "run: a\\noutput: !!str b|run.yaml:2: the tag tag:yaml.org,2002:str is not supported",
                "run: a\\n- b|run.yaml:2: not sound YAML: expected <block end>, but found '-'",
                "run: a: b|run.yaml:1: not sound YAML: mapping values are not allowed here",
                "run: a\\n\\toutput: b|run.yaml:2: not sound YAML: found character '\\t(TAB)' that cannot start any token.",
                "base: {path: ${X}}|run.yaml:1: not sound YAML: expected ',' or '}', but got {; between {} or [] a ${NAME} needs quotes",
                "[a]: b|run.yaml:1: a key that is no name",
                "- a|run.yaml:1: found a list, wanted a mapping of run, output, base, engine, data, adapter, training, averaging, evaluation, checkpoint",
                "run: a\\nb: \\u0001|run.yaml:2: not sound YAML: the character U+0001 is not allowed",
                "[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]|run.yaml:1: nested too deep",
            })
    void yamlThatIsIllFormedOrTooCleverIsRefused(String yaml, String message) {
        var text = yaml.replace("\\n", "\n").replace("\\t", "\t").replace("\\u0001", "\u0001");
        assertThat(refusal(text).lines()).anyMatch(line -> line.startsWith(message));
    }

    @Test
    void aMistakeIsOnTheLineOfItsKey() {
        assertThat(refusal(SMALLEST + "adaptr:\n\n  r: 8\n")).startsWith("run.yaml:5: adaptr: unknown field");
        assertThat(refusal("\uFEFF" + SMALLEST + "adapter:\n  target_modules:\n    - q_proj\n    -\n"))
                .startsWith("run.yaml:8: adapter.target_modules.1: found null");
    }

    @Test
    void whatWasFoundIsShownInOneLineAndNotTooLong() {
        var message = refusal(SMALLEST, "base.dtype=\"" + "x".repeat(500) + "\"", "engine.device=\"a\\nb\"");
        assertThat(message.lines())
                .hasSize(2)
                .anyMatch(line -> line.contains("found 'a\\nb', wanted"))
                .allMatch(line -> line.length() < 200);
    }
}
