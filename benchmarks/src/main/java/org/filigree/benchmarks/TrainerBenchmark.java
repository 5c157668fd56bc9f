package org.filigree.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.SparkSession;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfigReader;
import org.filigree.engine.AdamWStep;
import org.filigree.engine.Base;
import org.filigree.engine.Batch;
import org.filigree.engine.Engines;
import org.filigree.engine.SessionOptions;
import org.filigree.format.HuggingFaceFolder;
import org.filigree.format.LocalFiles;
import org.filigree.format.SafetensorsWriter;
import org.filigree.lora.AdapterInit;
import org.filigree.lora.AdapterPlanner;
import org.filigree.lora.CounterRandom;
import org.filigree.model.DataType;
import org.filigree.model.Families;
import org.filigree.text.TokenRow;
import org.filigree.trainer.Filigree;
import org.filigree.trainer.Progress;
import org.filigree.trainer.round.RoundLoop;

/**
 * What Spark costs: the same steps on the bare engine and by the trainer on local Spark with one worker, in turn in one
 * JVM. With gradients a round is one step and AdamW runs on the driver; with parameters a round is eight steps. The shape
 * is LlamaShape's.
 *
 * <p>Arguments: engine, float32 or bfloat16, threads, gradients or parameters, steps a turn, turns. Prints one line of
 * JSON.
 */
public final class TrainerBenchmark {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ROWS = 4;
    private static final int LENGTH = 256;
    private static final int WARM_UP = 8;
    private static final int LOCAL_STEPS = 8;
    private static final Map<String, Object> CONFIG = Map.ofEntries(
            Map.entry("model_type", "llama"),
            Map.entry("hidden_size", 512),
            Map.entry("intermediate_size", 1376),
            Map.entry("num_hidden_layers", 8),
            Map.entry("num_attention_heads", 8),
            Map.entry("num_key_value_heads", 8),
            Map.entry("vocab_size", 8192),
            Map.entry("max_position_embeddings", 2048),
            Map.entry("rms_norm_eps", 1e-5),
            Map.entry("rope_theta", 10_000.0),
            Map.entry("hidden_act", "silu"),
            Map.entry("tie_word_embeddings", false));

    private final String engine;
    private final DataType type;
    private final int threads;
    private final String exchange;
    private final int steps;
    private final Path folder;

    private TrainerBenchmark(String engine, DataType type, int threads, String exchange, int steps, Path folder) {
        this.engine = engine;
        this.type = type;
        this.threads = threads;
        this.exchange = exchange;
        this.steps = steps;
        this.folder = folder;
    }

    public static void main(String[] arguments) throws IOException {
        var benchmark = new TrainerBenchmark(
                arguments[0],
                DataType.valueOf(arguments[1].toUpperCase(Locale.ROOT)),
                Integer.parseInt(arguments[2]),
                arguments[3],
                Integer.parseInt(arguments[4]),
                Files.createTempDirectory("filigree-benchmark"));
        benchmark.writeBase();
        benchmark.writeRows();
        var bare = new ArrayList<Double>();
        var trained = new ArrayList<Double>();
        try (var spark = SparkSession.builder()
                .master("local[1,4]")
                .config("spark.ui.enabled", "false")
                .config("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
                .config("spark.broadcast.compress", "false")
                .getOrCreate()) {
            for (var turn = 0; turn < Integer.parseInt(arguments[5]); turn++) {
                bare.add(median(benchmark.bare()));
                trained.add(median(benchmark.trained(spark, turn)));
            }
        }
        System.out.printf(
                Locale.ROOT,
                "{\"engine\": \"%s\", \"type\": \"%s\", \"threads\": %d, \"exchange\": \"%s\", \"bare_ms\": %.1f, \"trainer_ms\": %.1f,"
                        + " \"trainer_over_bare\": %.3f}%n",
                arguments[0],
                arguments[1],
                benchmark.threads,
                benchmark.exchange,
                median(bare) * 1e3,
                median(trained) * 1e3,
                median(trained) / median(bare));
    }

    private void writeBase() throws IOException {
        JSON.writeValue(folder.resolve("config.json").toFile(), CONFIG);
        var tensors = new TreeMap<String, SafetensorsWriter.Tensor>();
        for (var weight : Families.spec(JSON.valueToTree(CONFIG)).weights()) {
            var values = new float[Math.toIntExact(weight.elements())];
            for (var i = 0; i < values.length; i++) {
                var uniform = CounterRandom.uniform(CounterRandom.name(weight.name()), i);
                values[i] = weight.rows() == 1 ? 1 : (float) ((uniform - 0.5) * 0.07);
            }
            var shape =
                    weight.rows() == 1 ? new long[] {weight.columns()} : new long[] {weight.rows(), weight.columns()};
            tensors.put(weight.name(), new SafetensorsWriter.Tensor(shape, values, 0, values.length));
        }
        try (var out = Files.newOutputStream(folder.resolve("model.safetensors"))) {
            SafetensorsWriter.write(out, tensors);
        }
    }

    private static int[] row(int row) {
        var ids = new int[LENGTH];
        for (var i = 0; i < LENGTH; i++) {
            ids[i] = (int) CounterRandom.below(row, i, 8192);
        }
        return ids;
    }

    private void writeRows() throws IOException {
        var lines = new ArrayList<String>();
        for (var row = 0; row < ROWS; row++) {
            lines.add(JSON.writeValueAsString(Map.of("input_ids", row(row))));
        }
        Files.write(folder.resolve("rows.jsonl"), lines);
    }

    private RunConfig config(int turn) {
        return RunConfigReader.read(
                "benchmark",
                """
                run: turn-%d
                output: %s
                base: {path: %s, name: benchmark/llama, dtype: %s}
                engine: {name: %s, device: cpu, threads: %d}
                data: {train: [{path: %s, shape: tokens}], packing: false, shuffle: false}
                adapter: {r: 8, lora_alpha: 16, target_modules: all-linear}
                training: {max_steps: %d, global_batch_size: 4, micro_batch_size: 4, learning_rate: 1.0e-4, max_grad_norm: 0}
                averaging: {workers: 1, exchange: %s}
                checkpoint: {every_rounds: 1000}
                """.formatted(
                                turn,
                                folder.resolve("runs"),
                                folder,
                                type.name().toLowerCase(Locale.ROOT),
                                engine,
                                threads,
                                folder.resolve("rows.jsonl"),
                                WARM_UP + steps,
                                exchange.equals("gradients") ? exchange : exchange + ", local_steps: " + LOCAL_STEPS),
                List.of(),
                Map.of());
    }

    private List<Double> trained(SparkSession spark, int turn) {
        var seconds = new ArrayList<Double>();
        Filigree.train(spark, config(turn), new Progress() {
            @Override
            public void round(RoundLoop.Report report, double roundSeconds) {
                if (report.step() > WARM_UP) {
                    seconds.add(roundSeconds / report.losses().length);
                }
            }
        });
        return seconds;
    }

    private List<Double> bare() throws IOException {
        var model = HuggingFaceFolder.open(new LocalFiles(), folder.toString());
        var plan = AdapterPlanner.plan(model.spec(), config(0).adapter().lora());
        var seconds = new ArrayList<Double>();
        try (var kernels = Engines.find(engine).engine().open("cpu", type, threads);
                var base = Base.load(kernels, model.spec(), model);
                var session = base.session(SessionOptions.DEFAULT)) {
            session.put(0, plan, AdapterInit.values(plan, 42, "bare"));
            var placed = new ArrayList<Batch.Placed>();
            for (var row = 0; row < ROWS; row++) {
                placed.add(new Batch.Placed(0, row, TokenRow.of(row(row), row(row))));
            }
            var batch = Batch.of(placed);
            for (var step = 1; step <= WARM_UP + steps; step++) {
                var begin = System.nanoTime();
                var losses = session.accumulate(batch);
                session.update(0, new AdamWStep(step, 1e-4, 0.9, 0.999, 1e-8, 0, 1.0 / losses.tokens()));
                if (step > WARM_UP) {
                    seconds.add((System.nanoTime() - begin) / 1e9);
                }
            }
        }
        return seconds;
    }

    private static double median(List<Double> values) {
        var sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }
}
