package org.filigree.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import org.apache.spark.sql.SparkSession;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfigReader;
import org.filigree.engine.AdamWStep;
import org.filigree.engine.Base;
import org.filigree.engine.Batch;
import org.filigree.engine.Engines;
import org.filigree.engine.Kernels;
import org.filigree.engine.Session;
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
import org.filigree.trainer.SparkDefaults;
import org.filigree.trainer.round.RoundLoop;

/**
 * The same LoRA steps by the trainer and on the bare engine: {@link LlamaShape}'s shape with random weights, r=8 on all
 * seven projections.
 *
 * @param rows of 256 tokens, a step and worker
 * @param folder has base and rows once {@link #write} has been called
 */
record SyntheticRun(String engine, DataType type, int threads, int rows, Path folder) {

    static final int LOCAL_STEPS = 8;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LENGTH = 256;
    private static final int WARM_UP = 8;
    private static final int VOCABULARY = 8192;
    private static final Map<String, Object> CONFIG = Map.ofEntries(
            Map.entry("model_type", "llama"),
            Map.entry("hidden_size", 512),
            Map.entry("intermediate_size", 1376),
            Map.entry("num_hidden_layers", 8),
            Map.entry("num_attention_heads", 8),
            Map.entry("num_key_value_heads", 8),
            Map.entry("vocab_size", VOCABULARY),
            Map.entry("max_position_embeddings", 2048),
            Map.entry("rms_norm_eps", 1e-5),
            Map.entry("rope_theta", 10_000.0),
            Map.entry("hidden_act", "silu"),
            Map.entry("tie_word_embeddings", false));

    /** In a session like those of our launcher, with a slot a worker. */
    static SparkSession spark(int slots) {
        return SparkSession.builder()
                .master("local[%d,4]".formatted(slots))
                .config("spark.ui.enabled", "false")
                .config(Map.copyOf(SparkDefaults.SETTINGS))
                .getOrCreate();
    }

    void write() throws IOException {
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
        var lines = new ArrayList<String>();
        for (var row = 0; row < rows; row++) {
            lines.add(JSON.writeValueAsString(Map.of("input_ids", row(row))));
        }
        Files.write(folder.resolve("rows.jsonl"), lines);
    }

    private static int[] row(int row) {
        var ids = new int[LENGTH];
        for (var i = 0; i < LENGTH; i++) {
            ids[i] = (int) CounterRandom.below(row, i, VOCABULARY);
        }
        return ids;
    }

    /** Seconds a step, by round, of {@code steps} that the trainer makes after warming up; each worker has all rows. */
    List<Double> trained(SparkSession spark, String run, String exchange, int workers, int steps) {
        var seconds = new ArrayList<Double>();
        train(spark, run, exchange, workers, WARM_UP + steps, (report, roundSeconds) -> {
            if (report.step() > WARM_UP) {
                seconds.add(roundSeconds / report.losses().length);
            }
        });
        return seconds;
    }

    /** @param afterRound told of each round, and its seconds, before the next one begins */
    void train(
            SparkSession spark,
            String run,
            String exchange,
            int workers,
            int steps,
            BiConsumer<RoundLoop.Report, Double> afterRound) {
        Filigree.train(spark, config(run, exchange, workers, steps), new Progress() {
            @Override
            public void round(RoundLoop.Report report, double roundSeconds) {
                afterRound.accept(report, roundSeconds);
            }
        });
    }

    private RunConfig config(String run, String exchange, int workers, int steps) {
        return RunConfigReader.read(
                "benchmark",
                """
                run: %s
                output: %s
                base: {path: %s, name: benchmark/llama, dtype: %s}
                engine: {name: %s, device: cpu, threads: %d}
                data: {train: [{path: %s, shape: tokens}], packing: false, shuffle: false}
                adapter: {r: 8, lora_alpha: 16, target_modules: all-linear}
                training: {max_steps: %d, global_batch_size: %d, micro_batch_size: %d, learning_rate: 1.0e-4, max_grad_norm: 0}
                averaging: {workers: %d, exchange: %s}
                checkpoint: {every_rounds: 1000}
                """.formatted(
                                run,
                                folder.resolve("runs"),
                                folder,
                                type.name().toLowerCase(Locale.ROOT),
                                engine,
                                threads,
                                folder.resolve("rows.jsonl"),
                                steps,
                                rows * workers,
                                rows,
                                workers,
                                exchange.equals("gradients") ? exchange : exchange + ", local_steps: " + LOCAL_STEPS),
                List.of(),
                Map.of());
    }

    /** Seconds a step, by {@link #LOCAL_STEPS}, of {@code steps} that each of some sessions of one base makes, all at once. */
    List<Double> bare(int sessions, int steps) throws Exception {
        var pool = Executors.newFixedThreadPool(sessions);
        try (var base = open()) {
            var together = new CyclicBarrier(sessions);
            var running = new ArrayList<Future<List<Double>>>();
            for (var s = 0; s < sessions; s++) {
                running.add(pool.submit(() -> {
                    var seconds = new ArrayList<Double>();
                    try (var bare = session(base)) {
                        together.await();
                        bare.seconds(WARM_UP);
                        for (var round = 0; round < steps / LOCAL_STEPS; round++) {
                            seconds.add(bare.seconds(LOCAL_STEPS) / LOCAL_STEPS);
                        }
                    }
                    return seconds;
                }));
            }
            var seconds = new ArrayList<Double>();
            for (var session : running) {
                seconds.addAll(session.get());
            }
            return seconds;
        } finally {
            pool.shutdownNow();
        }
    }

    /** The base on an engine of its own, which its owner closes with it. */
    BareBase open() throws IOException {
        var model = HuggingFaceFolder.open(new LocalFiles(), folder.toString());
        var kernels = Engines.find(engine).engine().open("cpu", type, threads);
        try {
            return new BareBase(kernels, Base.load(kernels, model.spec(), model));
        } catch (RuntimeException | Error e) {
            kernels.close();
            throw e;
        }
    }

    record BareBase(Kernels kernels, Base base) implements AutoCloseable {
        @Override
        public void close() {
            base.close();
            kernels.close();
        }
    }

    /** Steps on all rows without Spark. */
    BareSession session(BareBase on) {
        var base = on.base();
        var plan = AdapterPlanner.plan(
                base.spec(), config("bare", "gradients", 1, 1).adapter().lora());
        var placed = new ArrayList<Batch.Placed>();
        for (var row = 0; row < rows; row++) {
            placed.add(new Batch.Placed(0, row, TokenRow.of(row(row), row(row))));
        }
        var session = base.session(SessionOptions.DEFAULT);
        session.put(0, plan, AdapterInit.values(plan, 42, "bare"));
        return new BareSession(session, Batch.of(placed));
    }

    static final class BareSession implements AutoCloseable {

        private final Session session;
        private final Batch batch;
        private int step;

        private BareSession(Session session, Batch batch) {
            this.session = session;
            this.batch = batch;
        }

        /** That {@code steps} more take. */
        double seconds(int steps) {
            var begin = System.nanoTime();
            for (var last = step + steps; step < last; ) {
                var losses = session.accumulate(batch);
                session.update(0, new AdamWStep(++step, 1e-4, 0.9, 0.999, 1e-8, 0, 1.0 / losses.tokens()));
            }
            return (System.nanoTime() - begin) / 1e9;
        }

        @Override
        public void close() {
            session.close();
        }
    }

    double tokensPerSecond(int workers, double secondsPerStep) {
        return workers * rows * LENGTH / secondsPerStep;
    }
}
