package org.filigree.benchmarks;

import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfigReader;
import org.filigree.format.LocalFiles;
import org.filigree.lora.AdapterInit;
import org.filigree.lora.AdapterPlanner;
import org.filigree.trainer.SparkDefaults;
import org.filigree.trainer.averaging.AveragingRules;
import org.filigree.trainer.forecast.SparkSettings;
import org.filigree.trainer.order.RowOrder;
import org.filigree.trainer.round.Gathering;
import org.filigree.trainer.round.ResultBytes;
import org.filigree.trainer.round.RoundLoop;
import org.filigree.trainer.round.SparkRound;
import org.filigree.trainer.run.CheckpointStore;

/**
 * What a round costs its driver with an adapter of Llama-3.1-8B's size at r=16. SIMULATED WORKERS: the engine's step is
 * {@link RecordedStep}; driver, Spark, wire, averaging and checkpoint are the trainer's own. The executor is a process of its
 * own (local-cluster), so heap, time and bytes of the driver are the driver's alone.
 *
 * <p>Arguments: workers, wire, aggregation, collect or reduce_scatter or auto, layers, rounds, cores, the executor's heap in
 * MiB. Prints a row of Markdown: medians over the rounds, after one to warm up.
 */
public final class ScaleBenchmark {

    private final RunConfig config;
    private final EightBillionInput input;
    private final String gathering;
    private final int workers;

    /** @param arguments as of the command, of which the last two are its own */
    ScaleBenchmark(String... arguments) {
        workers = Integer.parseInt(arguments[0]);
        gathering = arguments[3];
        config = RunConfigReader.read(
                "scale", """
                run: scale
                output: unused
                base: {path: unused, name: scale}
                data: {train: [{path: unused, shape: tokens}]}
                adapter: {r: 16, lora_alpha: 32, target_modules: all-linear}
                training: {max_steps: 1000, global_batch_size: %d, micro_batch_size: 1, learning_rate: 1.0e-4}
                averaging: {workers: %d, exchange: parameters, local_steps: 1, wire: %s, aggregation: %s}
                """.formatted(workers, workers, arguments[1], arguments[2]), List.of(), Map.of());
        input = new EightBillionInput(
                Integer.parseInt(arguments[4]), config.adapter().lora());
    }

    public static void main(String[] arguments) throws IOException {
        var benchmark = new ScaleBenchmark(arguments);
        try (var spark = new JavaSparkContext(conf(arguments[6], arguments[7]))) {
            System.out.println(benchmark.row(spark, Integer.parseInt(arguments[5])));
        }
    }

    private static SparkConf conf(String cores, String memory) {
        var conf = new SparkConf();
        SparkDefaults.SETTINGS.forEach(conf::set);
        return conf.setMaster("local-cluster[1,%s,%s]".formatted(cores, memory))
                .setAppName("scale")
                .set("spark.executor.memory", memory + "m")
                .set("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .set("spark.executor.defaultJavaOptions", "-XX:+UseParallelGC")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1")
                .set("spark.ui.enabled", "false");
    }

    private record Spent(double wall, double cpu) {}

    /** One round with the checkpoint after it. */
    private record Round(
            Map<DriverPhases.Phase, Spent> spent,
            double wall,
            double cpu,
            double pauses,
            long heap,
            long down,
            long up) {}

    /** The row of Markdown. */
    String row(JavaSparkContext spark, int rounds) throws IOException {
        var plan = AdapterPlanner.plan(EightBillionInput.spec(input.layers()), input.lora());
        var wire = AveragingRules.of(config.averaging(), 1, "scale").wire(plan);
        var gathered = gathering.equals("auto")
                ? Gathering.of(
                        new ResultBytes(wire, workers, 1),
                        SparkSettings.of(spark.getConf())
                                .resultRoom(Runtime.getRuntime().maxMemory()))
                : Gathering.valueOf(gathering.toUpperCase(Locale.ROOT));
        var lengths = new int[workers];
        Arrays.fill(lengths, 2);
        var measured = new ArrayList<Round>();
        try (var loop = new RoundLoop(
                new SparkRound(spark, input, plan, gathered),
                "scale",
                config.training(),
                config.averaging(),
                new RowOrder("scale", 1, new int[] {workers}, false, 1),
                lengths,
                1000,
                row -> "row " + row)) {
            var store = new CheckpointStore(
                    new LocalFiles(),
                    Files.createTempDirectory("filigree-scale").toString());
            var state = loop.start(AdapterInit.values(plan, 1, "scale"));
            CheckpointStore.Manifest saved = null;
            for (var round = 0; round <= rounds; round++) {
                var before = Clock.start();
                try (var phases = new DriverPhases()) {
                    var next = loop.next(state);
                    state = next.state();
                    saved = store.save(
                            1, state, saved, folder -> new CheckpointStore.Rest(List.of(), List.of(), List.of()), 2);
                    if (round > 0) {
                        measured.add(before.until(phases, next.report()));
                    }
                }
            }
        }
        return row(plan.layout().size(), gathered, measured);
    }

    private String row(int size, Gathering gathered, List<Round> rounds) {
        var row = new StringBuilder(String.format(
                Locale.ROOT,
                "| %d | %s | %s | %s | %.1f M | %.2f |",
                workers,
                config.averaging().wire().name().toLowerCase(Locale.ROOT),
                config.averaging().aggregation().name().toLowerCase(Locale.ROOT),
                gathered.name().toLowerCase(Locale.ROOT),
                size / 1e6,
                median(rounds, Round::wall)));
        for (var phase : DriverPhases.Phase.values()) {
            row.append(String.format(
                    Locale.ROOT,
                    " %.2f (%.2f) |",
                    median(rounds, round -> round.spent().get(phase).wall()),
                    median(rounds, round -> round.spent().get(phase).cpu())));
        }
        return row.append(String.format(
                        Locale.ROOT,
                        " %.2f | %.2f | %.0f | %.1f | %.1f |",
                        median(rounds, Round::cpu),
                        median(rounds, Round::pauses),
                        median(rounds, Round::heap) / (1 << 20),
                        median(rounds, Round::down) / 1e6,
                        median(rounds, Round::up) / 1e6))
                .toString();
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> of) {
        return Medians.of(rounds.stream().map(of::applyAsDouble).toList());
    }

    /** The driver's process so far. */
    private record Clock(long wall, long cpu, long pauses) {

        /** From here on the peak counts, too. */
        static Clock start() {
            pools().forEach(MemoryPoolMXBean::resetPeakUsage);
            return now();
        }

        private static Clock now() {
            var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            return new Clock(
                    System.nanoTime(),
                    system.getProcessCpuTime(),
                    ManagementFactory.getGarbageCollectorMXBeans().stream()
                            .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                            .sum());
        }

        private static Stream<MemoryPoolMXBean> pools() {
            return ManagementFactory.getMemoryPoolMXBeans().stream().filter(pool -> pool.getType() == MemoryType.HEAP);
        }

        Round until(DriverPhases phases, RoundLoop.Report report) {
            var after = now();
            return new Round(
                    Stream.of(DriverPhases.Phase.values())
                            .collect(Collectors.toMap(
                                    phase -> phase, phase -> new Spent(phases.wall(phase), phases.cpu(phase)))),
                    (after.wall - wall) / 1e9,
                    (after.cpu - cpu) / 1e9,
                    (after.pauses - pauses) / 1e3,
                    pools().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum(),
                    report.traffic().down(),
                    report.traffic().up());
        }
    }
}
