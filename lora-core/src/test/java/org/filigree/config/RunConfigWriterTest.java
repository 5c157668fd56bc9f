package org.filigree.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.filigree.config.RunConfigReaderTest.DESIGN;
import static org.filigree.config.RunConfigReaderTest.SMALLEST;
import static org.filigree.config.RunConfigReaderTest.read;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;
import org.filigree.config.RunConfig.Dtype;
import org.filigree.config.RunConfig.Exchange;
import org.filigree.config.RunConfig.HeldOut;
import org.filigree.config.RunConfig.Method;
import org.filigree.config.RunConfig.Outer;
import org.filigree.config.RunConfig.Overlong;
import org.filigree.config.RunConfig.Schedule;
import org.filigree.config.RunConfig.Shape;
import org.filigree.config.RunConfig.Source;
import org.filigree.lora.LoraConfig;
import org.filigree.lora.LoraConfig.Modules;

class RunConfigWriterTest {

    @Property(tries = 1000)
    void whatIsWrittenReadsBackEqual(@ForAll("configs") RunConfig config) {
        var yaml = RunConfigWriter.write(config);
        var read = RunConfigReader.read("run.yaml", yaml, List.of(), Map.of("A", "not this"));
        assertThat(read).as(yaml).isEqualTo(config);
        assertThat(RunConfigWriter.write(read)).isEqualTo(yaml);
        Statistics.label("method").collect(config.adapter().method());
        Statistics.label("exchange").collect(config.averaging().exchange());
    }

    @Example
    void theDesignsExampleResolved() {
        assertThat(RunConfigWriter.write(read(DESIGN))).isEqualTo("""
                run: support-bot
                output: runs
                base:
                  path: models/tiny
                  name: acme/tiny
                  dtype: bfloat16
                engine:
                  name: auto
                  device: auto
                  threads: auto
                  exact: reported
                data:
                  train:
                    - path: data/chat.jsonl
                      format: null
                      options: {}
                      shape: messages
                      columns: {}
                      weight: 1.0
                      skip: 0
                      limit: 0
                  held_out: 0.02
                  max_length: 1024
                  overlong: truncate
                  packing: true
                  shuffle: true
                  completion_only_loss: true
                  deduplicate: false
                  max_rejects: 0.01
                  shards: null
                  tokenizer: null
                adapter:
                  name: support-bot
                  method: lora
                  r: 16
                  lora_alpha: 32.0
                  lora_dropout: 0.05
                  target_modules: all-linear
                  exclude_modules: null
                  layers_to_transform: null
                  layers_pattern: null
                  rank_pattern: {}
                  alpha_pattern: {}
                  use_rslora: false
                  init_from: null
                training:
                  num_train_epochs: 3.0
                  max_steps: -1
                  global_batch_size: 32
                  micro_batch_size: 4
                  learning_rate: 2.0E-4
                  lr_scheduler_type: cosine
                  warmup_steps: 20
                  weight_decay: 0.0
                  adam_beta1: 0.9
                  adam_beta2: 0.999
                  adam_epsilon: 1.0E-8
                  max_grad_norm: 1.0
                  gradient_checkpointing: auto
                  seed: 42
                  report_to: none
                averaging:
                  workers: 4
                  exchange: parameters
                  local_steps: 8
                  outer:
                    learning_rate: 0.7
                    momentum: 0.9
                  wire: bfloat16
                  inner_state: reset
                  aggregation: factors
                evaluation:
                  every_rounds: 10
                  early_stopping_patience: 3
                checkpoint:
                  every_rounds: 10
                  keep: 2
                """);
    }

    @Example
    void whatHasNoEffectIsNotShown() {
        var yaml = RunConfigWriter.write(read(SMALLEST, "adapter.method=full", "training.max_steps=9"));
        assertThat(yaml)
                .contains("max_steps: 9", "method: full")
                .doesNotContain("completion_only_loss", "num_train_epochs", "lora_alpha", "init_from", "use_dora");
    }

    @Example
    void secretsOfOptionsAreBlackened() {
        var config = read(
                SMALLEST,
                "data.train.0={format: jdbc, shape: text, options: {url: 'jdbc:x?password=pw0', dbtable: there, Password: pw1, fs.s3a.access.key: pw2, authToken: pw3}}",
                "data.held_out=[{path: x, shape: text, options: {client_secret: pw4}}]");
        assertThat(RunConfigWriter.write(config)).contains("pw1", "pw2", "pw3", "pw4");
        assertThat(RunConfigWriter.writeWithoutSecrets(config))
                .contains("there", "Password", "(redacted)")
                .doesNotContain("pw");
        assertThat(RunConfigWriter.writeWithoutSecrets(read(DESIGN))).isEqualTo(RunConfigWriter.write(read(DESIGN)));
    }

    @Provide
    Arbitrary<RunConfig> configs() {
        return Arbitraries.randoms().map(random -> new Chance(random).config());
    }

    /** Configurations that the reader accepts, with texts that are hard on YAML. */
    private record Chance(java.util.Random random) {

        private static final List<String> HARD = List.of(
                "null",
                "~",
                "true",
                "no",
                "5",
                "1e5",
                ".nan",
                "- a",
                "a: b",
                "a #b",
                "#a",
                "${A}",
                "$${A}",
                "$$${A}",
                "${",
                "a$",
                "{x}",
                "[y]",
                "'q'",
                "\"d\"",
                "a\\b",
                " lead",
                "trail ",
                "line\nbreak",
                "end\n",
                "\n\nstart",
                "tab\there",
                "é\u4e2d\uD83D\uDE00",
                "&a",
                "*a",
                "!t",
                "%d",
                "@x",
                "`b",
                "|",
                ">",
                "?",
                "? k",
                ":",
                "a:",
                "---",
                "...",
                "--- a",
                "=",
                "<<",
                "a\r\nb",
                "\u2028x",
                "\u0001",
                "\u0000\u001F",
                "\u2029",
                "\u0085y",
                "x".repeat(300),
                "word ".repeat(60) + "end");

        private String text() {
            return flag() ? HARD.get(random.nextInt(HARD.size())) : "models/" + random.nextInt(100);
        }

        private boolean flag() {
            return random.nextBoolean();
        }

        private <T> T orNull(T value) {
            return flag() ? value : null;
        }

        private <T> T one(List<T> values) {
            return values.get(random.nextInt(values.size()));
        }

        private <E extends Enum<E>> E one(Class<E> type) {
            return one(List.of(type.getEnumConstants()));
        }

        private int whole(int least) {
            return least + (flag() ? random.nextInt(100) : random.nextInt(Integer.MAX_VALUE - least));
        }

        private double positive() {
            return one(List.of(1.0, 5e-5, 1e-8, Double.MIN_VALUE, Double.MAX_VALUE, 1e21, random.nextDouble() + 1e-9));
        }

        private double fraction() {
            return one(List.of(0.0, random.nextDouble(), Math.nextDown(1.0)));
        }

        private <T> Map<String, T> map(Function<Chance, T> value) {
            var map = new LinkedHashMap<String, T>();
            for (var i = random.nextInt(3); i > 0; i--) {
                map.put(text(), value.apply(this));
            }
            return map;
        }

        private RunConfig config() {
            var run = one(List.of("a", "007", "null-and-void", "2026-11-25", "_x.y-Z", "true", "1e5", "-"));
            var data = data();
            var exchange = one(Exchange.class);
            var workers = 1 + random.nextInt(8);
            var held = data.heldOut().share() > 0 || !data.heldOut().sources().isEmpty();
            var everyRounds = held ? random.nextInt(3) : 0;
            var adapter = adapter(flag() ? run : "other");
            var averaging = averaging(workers, exchange, adapter.method());
            return new RunConfig(
                    run,
                    text(),
                    new RunConfig.Base(
                            text(), one(List.of("acme/tiny", "null", "a b", "#x", "x: y", "${A}")), one(Dtype.class)),
                    new RunConfig.EngineChoice(
                            one(List.of("auto", "libtorch")),
                            one(List.of("auto", "cpu", "cuda")),
                            random.nextInt(3),
                            averaging.quorum() == null ? one(RunConfig.Exact.class) : RunConfig.Exact.REPORTED),
                    data,
                    adapter,
                    training(workers),
                    averaging,
                    new RunConfig.Evaluation(everyRounds, everyRounds == 0 ? 0 : random.nextInt(3)),
                    new RunConfig.Checkpoint(whole(1), whole(1)));
        }

        private RunConfig.Averaging averaging(int workers, Exchange exchange, RunConfig.Method method) {
            var wire = one(RunConfig.Wire.class);
            if (exchange == Exchange.GRADIENTS) {
                return new RunConfig.Averaging(
                        workers, exchange, 1, null, wire, RunConfig.InnerState.RESET, RunConfig.Aggregation.FACTORS);
            }
            var lora = method == RunConfig.Method.LORA;
            var aggregation = lora ? one(RunConfig.Aggregation.class) : RunConfig.Aggregation.FACTORS;
            var product = aggregation == RunConfig.Aggregation.PRODUCT;
            var quorum =
                    workers > 1 && flag() ? new RunConfig.Quorum(1 + random.nextInt(workers - 1), positive()) : null;
            var inner = product ? RunConfig.InnerState.RESET : one(RunConfig.InnerState.class);
            return new RunConfig.Averaging(
                    workers,
                    exchange,
                    lora && flag() ? 0 : whole(1),
                    !product && flag() ? new Outer(positive(), fraction()) : null,
                    wire,
                    quorum != null && inner == RunConfig.InnerState.KEEP ? RunConfig.InnerState.RESET : inner,
                    aggregation,
                    quorum);
        }

        private RunConfig.Training training(int workers) {
            var steps = flag() ? whole(1) : -1;
            return new RunConfig.Training(
                    steps > 0 ? 3 : positive(),
                    steps,
                    workers * (1 + random.nextInt(50)),
                    whole(1),
                    positive(),
                    one(Schedule.class),
                    flag() ? 0 : whole(0),
                    flag() ? 0 : positive(),
                    fraction(),
                    fraction(),
                    positive(),
                    flag() ? 0 : positive(),
                    orNull(flag()),
                    flag() ? whole(0) : Long.MAX_VALUE,
                    one(RunConfig.ReportTo.class));
        }

        private RunConfig.Data data() {
            var train = sources();
            var heldOut = flag() ? new HeldOut(fraction(), List.of()) : new HeldOut(0, sources());
            var shapes = java.util.stream.Stream.concat(train.stream(), heldOut.sources().stream())
                    .map(Source::shape)
                    .toList();
            var tokens = shapes.stream().allMatch(shape -> shape == Shape.TOKENS);
            var plain = shapes.stream().allMatch(shape -> shape == Shape.TOKENS || shape == Shape.TEXT);
            return new RunConfig.Data(
                    train,
                    heldOut,
                    whole(2),
                    one(Overlong.class),
                    flag(),
                    flag(),
                    plain || flag(),
                    flag(),
                    fraction(),
                    orNull(text()),
                    tokens ? null : orNull(text()));
        }

        private List<Source> sources() {
            return java.util.stream.Stream.generate(this::source)
                    .limit(1 + random.nextInt(3))
                    .toList();
        }

        private Source source() {
            var shape = one(Shape.class);
            var columns = new LinkedHashMap<String, String>();
            SourceFields.fields(shape).stream().filter(field -> flag()).forEach(field -> columns.put(field, text()));
            var kind = random.nextInt(4);
            return new Source(
                    kind == 0 ? text() : null,
                    kind == 1 ? text() : null,
                    kind == 2 ? text() : null,
                    kind == 0 ? orNull(text()) : kind == 3 ? text() : null,
                    kind == 0 || kind == 3 ? map(chance -> flag() ? "" : text()) : Map.of(),
                    shape,
                    columns,
                    positive(),
                    whole(0),
                    whole(0));
        }

        private RunConfig.Adapter adapter(String name) {
            if (random.nextInt(4) == 0) {
                return new RunConfig.Adapter(name, Method.FULL, null, null);
            }
            var targets = one(List.of(
                    new Modules.AllLinear(),
                    new Modules.Pattern(".*\\.(q|k)_proj"),
                    new Modules.Pattern("null"),
                    new Modules.Names(List.of("q_proj", text()))));
            var layers = targets instanceof Modules.Pattern ? null : orNull(List.of(random.nextInt(9), whole(0)));
            var lora = new LoraConfig(
                    whole(1),
                    positive(),
                    fraction(),
                    targets,
                    orNull(new Modules.Names(List.of("lm_head", text()))),
                    layers,
                    layers == null ? null : orNull(List.of("layers", text())),
                    Map.of("q_proj", whole(1)),
                    flag() ? Map.of() : Map.of("a$", positive(), "a: b", positive()),
                    flag());
            return new RunConfig.Adapter(name, Method.LORA, lora, orNull(text()));
        }
    }
}
