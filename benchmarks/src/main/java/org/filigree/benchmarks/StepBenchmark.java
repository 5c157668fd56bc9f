package org.filigree.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import org.filigree.engine.AdamWStep;
import org.filigree.engine.Base;
import org.filigree.engine.Batch;
import org.filigree.engine.Engine;
import org.filigree.engine.Kernels;
import org.filigree.engine.SessionOptions;
import org.filigree.engine.Weight;
import org.filigree.lora.CounterRandom;
import org.filigree.model.DataType;
import org.filigree.text.TokenRow;

/**
 * A LoRA training step on the bare engine: forward, backward, AdamW; r=8 on all seven projections. Prints one line of
 * JSON; {@code run.sh} runs it in turn with peer.py.
 *
 * <p>Arguments: engine, float32 or bfloat16, threads, steps, device, {@link LlamaShape#of shape}; then, where wanted,
 * {@code recompute}, which keeps boundaries only, and {@code head=N}, tokens whose logits are made at once.
 */
public final class StepBenchmark {

    private static final int RANK = 8;
    private static final int WARM_UP = 3;

    private StepBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        var name = arguments[0];
        var type = DataType.valueOf(arguments[1].toUpperCase(Locale.ROOT));
        var threads = Integer.parseInt(arguments[2]);
        var steps = Integer.parseInt(arguments[3]);
        var device = arguments[4];
        var onCpu = device.equals("cpu");
        var options = options(List.of(arguments).subList(6, arguments.length));
        var engine = ServiceLoader.load(Engine.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(e -> e.name().equals(name))
                .findFirst()
                .orElseThrow();
        var shape = LlamaShape.of(arguments[5]);
        try (var kernels = engine.open(device, type, threads);
                var base = Base.load(kernels, shape.spec(), shape.weights());
                var session = base.session(options)) {
            System.err.println(kernels.fingerprint());
            var plan = shape.lora(RANK);
            session.put(0, plan, shape.values(plan));
            var batch = batch(shape);
            var seconds = new ArrayList<Double>();
            var cores = new ArrayList<Double>();
            var loss = 0.0;
            for (var step = 1; step <= WARM_UP + steps; step++) {
                var begin = System.nanoTime();
                var beginCores = coreNanos();
                // Waits for the losses, so for the update before: a GPU's work is counted, a step late.
                var losses = session.accumulate(batch);
                loss = losses.loss() / losses.tokens();
                session.update(0, new AdamWStep(step, 1e-4, 0.9, 0.999, 1e-8, 0, 1.0 / losses.tokens()));
                if (step > WARM_UP) {
                    seconds.add((System.nanoTime() - begin) / 1e9);
                    cores.add((coreNanos() - beginCores) / 1e9);
                }
            }
            var peak = peakBytes();
            var gpu = onCpu ? 0 : gpuMegabytes();
            var tokensPerSecond = shape.tokens() / Medians.of(seconds);
            var gflops = productRate(kernels, onCpu ? 1024 : 8192);
            System.out.printf(
                    Locale.ROOT,
                    "{\"side\": \"filigree-%s\", \"type\": \"%s\", \"tokens_per_second\": %.1f,"
                            + " \"tokens_per_core_second\": %.1f, \"peak_mb\": %d,"
                            + " \"native_mb\": %d, \"gpu_mb\": %d, \"product_gflops\": %.1f, \"share_of_product_rate\": %.3f,"
                            + " \"loss\": %.5f}%n",
                    name,
                    arguments[1],
                    tokensPerSecond,
                    shape.tokens() / Medians.of(cores),
                    peak >> 20,
                    (base.bytes() + session.bytes()) >> 20,
                    gpu,
                    gflops,
                    tokensPerSecond * floorFlops(shape) / 1e9 / gflops,
                    loss);
        }
    }

    private static SessionOptions options(List<String> given) {
        var head = given.stream().filter(option -> option.startsWith("head=")).findFirst();
        return new SessionOptions(
                given.contains("recompute"),
                head.map(option -> Integer.parseInt(option.substring("head=".length())))
                        .orElse(SessionOptions.AS_KERNELS_LIKE));
    }

    /** Multiplications and additions a token cannot do without: two products a frozen weight. */
    private static double floorFlops(LlamaShape shape) {
        return shape.spec().linears().stream()
                .mapToDouble(l -> 4.0 * l.inFeatures() * l.outFeatures())
                .sum();
    }

    private static Batch batch(LlamaShape shape) {
        var rows = new ArrayList<Batch.Placed>();
        for (var row = 0; row < shape.rows(); row++) {
            var ids = new int[shape.length()];
            for (var i = 0; i < ids.length; i++) {
                ids[i] = (int) CounterRandom.below(CounterRandom.key(row), i, shape.vocabulary());
            }
            rows.add(new Batch.Placed(0, row, TokenRow.of(ids, ids)));
        }
        return Batch.of(rows);
    }

    /** The machine's own rate for one large product through the same library, in GFLOPS. */
    private static double productRate(Kernels kernels, int n) {
        try (var arena = kernels.arena()) {
            var x = arena.allocate(kernels.computeType(), n, n);
            var w = arena.allocate(kernels.computeType(), n, n);
            var out = arena.allocate(kernels.computeType(), n, n);
            for (var row = 0; row < n; row++) {
                x.rows(row, 1).write(random("left", row, n), 0);
                w.rows(row, 1).write(random("right", row, n), 0);
            }
            var rates = new ArrayList<Double>();
            for (var i = 0; i < 30; i++) {
                var begin = System.nanoTime();
                kernels.linear(x, new Weight.Dense(w, false), null, out);
                // A GPU's product has been made when one of its rows can be read.
                out.rows(0, 1).read();
                rates.add(2.0 * n * n * n / (System.nanoTime() - begin));
            }
            return Medians.of(rates);
        }
    }

    /** On a GPU a product of equal numbers is quicker than others. */
    private static float[] random(String name, int row, int n) {
        var key = CounterRandom.key(CounterRandom.name(name), row);
        var values = new float[n];
        for (var i = 0; i < n; i++) {
            values[i] = (float) (CounterRandom.uniform(key, i) - 0.5);
        }
        return values;
    }

    /** What the machine's first GPU holds, by NVIDIA's own count: libtorch keeps what it once took, so the peak. */
    private static long gpuMegabytes() throws IOException {
        var query =
                new ProcessBuilder("nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits").start();
        try (var lines = query.inputReader()) {
            return Long.parseLong(lines.readLine().strip());
        }
    }

    /** What the whole process has used of its cores, the JVM's own work included. */
    private static long coreNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    /** The process's largest resident set, in bytes. */
    private static long peakBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Arrays.stream(line.split("\\s+"))
                                .filter(word -> word.matches("\\d+"))
                                .mapToLong(Long::parseLong)
                                .findFirst()
                                .orElseThrow()
                        * 1024)
                .findFirst()
                .orElseThrow();
    }
}
