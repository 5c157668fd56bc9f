package org.filigree.trainer.round;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * What an executor holds and held at most, as its own tasks measure it.
 *
 * @param held native bytes of the input's base and of the sessions over it
 * @param mapped bytes of {@code held} that lie in the node's copy of the base: executors of a node have them in common
 * @param peakResident of its process, pages of mapped files included; 0 where the system does not tell. In a local master
 *     the driver's are among them
 * @param peakHeap sum of the peaks of the heap's pools
 */
public record ExecutorUse(String executor, long held, long mapped, long peakResident, long peakHeap) {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String BETWEEN = " ";

    /** Asks the executors that take tasks just now, by a job with a task for every slot. */
    public static List<ExecutorUse> ask(JavaSparkContext spark, WorkerInput input) {
        var slots = spark.defaultParallelism();
        var said = spark.parallelize(IntStream.range(0, slots).boxed().toList(), slots)
                .map(slot -> mine(input))
                .collect();
        var byExecutor = new TreeMap<String, ExecutorUse>();
        for (var line : said) {
            var use = parse(line);
            byExecutor.put(use.executor(), use);
        }
        return List.copyOf(byExecutor.values());
    }

    private static String mine(WorkerInput input) {
        var heap = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == java.lang.management.MemoryType.HEAP)
                .mapToLong(pool -> pool.getPeakUsage().getUsed())
                .sum();
        return String.join(
                BETWEEN,
                SparkEnv.get().executorId(),
                Long.toString(ExecutorCache.OF_THIS_JVM.held(input)),
                Long.toString(ExecutorCache.OF_THIS_JVM.mapped(input)),
                Long.toString(residentPeak()),
                Long.toString(heap));
    }

    private static long residentPeak() {
        if (!Files.isReadable(STATUS)) {
            return 0;
        }
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ExecutorUse parse(String line) {
        var parts = line.split(BETWEEN, -1);
        return new ExecutorUse(
                parts[0],
                Long.parseLong(parts[1]),
                Long.parseLong(parts[2]),
                Long.parseLong(parts[3]),
                Long.parseLong(parts[4]));
    }
}
