package org.filigree.trainer.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;
import org.filigree.cluster.StandaloneCluster;
import org.filigree.config.RunConfigReader;
import org.filigree.engine.kit.ReferenceCase;
import org.filigree.trainer.Filigree;
import org.filigree.trainer.Progress;
import org.filigree.trainer.SparkDefaults;
import org.filigree.trainer.round.RoundLoop;

/**
 * Runs of four workers, each on an executor of its own, with a driver that collects and with one that has too little room
 * for it. Writes a line a round: what the network had counted when the round was over.
 */
final class LoopbackRun {

    static final int WORKERS = 4;
    static final int ROUNDS = 4;

    /** So large that drifts are sampled: exact ones would take most of the test. */
    private static final int RANK = 1_700;

    /** Of rank 1: inputs and outputs of all linear layers of the reference llama. */
    private static final long VALUES = 2_048;

    enum Kind {
        COLLECTED_RESET("inner_state: reset", 0),
        COLLECTED_AVERAGE("inner_state: average", 0),
        REDUCED_RESET("inner_state: reset", 7),
        REDUCED_AVERAGE("inner_state: average", 14);

        private final String averaging;

        /** Bytes of results on the driver for a value of the adapter; 0 for any. */
        private final int allowed;

        Kind(String averaging, int allowed) {
            this.averaging = averaging;
            this.allowed = allowed;
        }

        boolean reduces() {
            return allowed > 0;
        }

        /** Bytes of a value as it travels: bfloat16, and two moments in float32. */
        int wire() {
            return this == COLLECTED_RESET || this == REDUCED_RESET ? 2 : 2 + 4 + 4;
        }

        /** Bytes of a value's average. */
        int exact() {
            return wire() + 2;
        }

        private String resultSize() {
            return Long.toString(VALUES * RANK * allowed);
        }
    }

    /** @param interfaceBytes of loopback, whoever's they are; what it has received is what it has sent */
    record Counted(long interfaceBytes, long toDriver, long toExecutors) {

        static List<Counted> read(Path folder, Kind kind) throws IOException {
            return Files.readAllLines(file(folder, kind)).stream()
                    .map(line -> line.split(" "))
                    .map(line -> new Counted(Long.parseLong(line[0]), Long.parseLong(line[1]), Long.parseLong(line[2])))
                    .toList();
        }

        private static Path file(Path folder, Kind kind) {
            return folder.resolve(kind + ".counted");
        }

        private String line() {
            return "%d %d %d".formatted(interfaceBytes, toDriver, toExecutors);
        }
    }

    private LoopbackRun() {}

    public static void main(String[] arguments) throws Exception {
        var folder = Path.of(arguments[0]);
        new ReferenceCase("llama", folder.resolve("llama"));
        try (var cluster = StandaloneCluster.start(WORKERS, 1)) {
            for (var kind : Kind.values()) {
                run(cluster, folder, kind);
            }
        }
    }

    private static void run(StandaloneCluster cluster, Path folder, Kind kind) throws IOException {
        var settings = new HashMap<String, Object>(SparkDefaults.SETTINGS);
        settings.put("spark.driver.maxResultSize", kind.resultSize());
        var config = RunConfigReader.read(
                "test",
                """
                run: %s
                output: %s
                base: {path: %s, name: reference/llama}
                engine: {threads: 1}
                data: {train: [{path: %s, shape: tokens}], packing: false}
                adapter: {r: %d, lora_alpha: 8, target_modules: all-linear}
                training: {max_steps: %d, global_batch_size: 4, micro_batch_size: 1, learning_rate: 1.0e-3}
                averaging: {workers: %d, exchange: parameters, local_steps: 2, wire: bfloat16, %s}
                checkpoint: {every_rounds: 100}
                """.formatted(
                                kind,
                                folder,
                                folder.resolve("llama"),
                                folder.resolve("llama/rows.jsonl"),
                                RANK,
                                2 * ROUNDS,
                                WORKERS,
                                kind.averaging),
                List.of(),
                Map.of());
        try (var spark = SparkSession.builder()
                .config(cluster.sparkConf())
                .config(settings)
                .getOrCreate()) {
            var sockets = new SocketBytes();
            var counted = new ArrayList<String>();
            Filigree.train(spark, config, new Progress() {
                @Override
                public void round(RoundLoop.Report report, double seconds) {
                    counted.add(counted(cluster, sockets).line());
                }
            });
            Files.write(Counted.file(folder, kind), counted);
        }
    }

    private static Counted counted(StandaloneCluster cluster, SocketBytes sockets) {
        var executors = IntStream.range(0, WORKERS)
                .boxed()
                .flatMap(worker -> cluster.executors(worker).stream())
                .map(executor -> executor.process().pid())
                .collect(Collectors.toSet());
        try {
            sockets.look();
            return new Counted(
                    loopback(),
                    sockets.received(pid -> pid == ProcessHandle.current().pid()),
                    sockets.received(executors::contains));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long loopback() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/net/dev")).stream()
                .map(String::strip)
                .filter(line -> line.startsWith("lo:"))
                .mapToLong(line -> Long.parseLong(line.substring(3).strip().split("\\s+", 2)[0]))
                .findFirst()
                .orElseThrow();
    }
}
