package org.filigree.trainer.forecast;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.network.util.JavaUtils;

/** Spark's settings against a run's needs: a pure function of both, so that it is tested without a cluster. */
public record SparkSettings(Map<String, String> conf) {

    private static final long MIB = 1L << 20;

    /** Spark's defaults. */
    private static final String RESULT_SIZE = "spark.driver.maxResultSize";

    private static final String RESULT_SIZE_DEFAULT = "1g";

    private static final String EXECUTOR_MEMORY = "1g";
    private static final double OVERHEAD_FACTOR = 0.1;
    private static final long OVERHEAD_LEAST = 384 * MIB;

    /** Code, classes, threads and buffers of the JVM itself, which live in the overhead too. */
    private static final long OF_THE_JVM = 256 * MIB;

    /** Of a driver's heap. The rest is for what comes in while they lie there, the sum, and the adapter itself. */
    private static final int RESULTS_PART = 4;

    /** Half a minute of one of its cores, at rank 16: how far the workers drifted is counted where the results are. */
    private static final long RESULTS_MOST = 2048 * MIB;

    private static final Pattern PHYSICAL_LIMIT =
            Pattern.compile("-Dorg\\.bytedeco\\.javacpp\\.maxphysicalbytes=(\\w+)", Pattern.CASE_INSENSITIVE);

    public static SparkSettings of(SparkConf conf) {
        var settings = new HashMap<String, String>();
        Arrays.stream(conf.getAll()).forEach(setting -> settings.put(setting._1(), setting._2()));
        return new SparkSettings(Map.copyOf(settings));
    }

    /** Whether the cluster's manager ends an executor that takes more than its memory and overhead. */
    private boolean enforced() {
        var master = get("spark.master", "local");
        return master.startsWith("yarn") || master.startsWith("k8s:");
    }

    private String get(String key, String otherwise) {
        return conf.getOrDefault(key, otherwise);
    }

    private static long bytes(String size) {
        return JavaUtils.byteStringAsBytes(size);
    }

    private static long mebibytes(String size) {
        return JavaUtils.byteStringAsMb(size) * MIB;
    }

    /** Bytes that an executor may take outside of its heap for base and sessions; empty where nobody counts. */
    public OptionalLong nativeAllowed() {
        return enforced() ? OptionalLong.of(Math.max(0, overhead() - OF_THE_JVM)) : OptionalLong.empty();
    }

    private long overhead() {
        var own = conf.get("spark.executor.memoryOverhead");
        if (own != null) {
            return mebibytes(own);
        }
        var factor = Double.parseDouble(get(
                "spark.executor.memoryOverheadFactor",
                get("spark.kubernetes.memoryOverheadFactor", "" + OVERHEAD_FACTOR)));
        var least = conf.containsKey("spark.executor.minMemoryOverhead")
                ? mebibytes(conf.get("spark.executor.minMemoryOverhead"))
                : OVERHEAD_LEAST;
        return Math.max(least, (long) (factor * mebibytes(get("spark.executor.memory", EXECUTOR_MEMORY))));
    }

    /**
     * What does not fit.
     *
     * @param nativeBytes of base and sessions of an executor
     * @param heapBytes of an executor
     * @param threads of the engine in each task
     */
    public List<SparkSetting> misfits(long nativeBytes, long heapBytes, TrafficForecast traffic, int threads) {
        var found = new ArrayList<SparkSetting>();
        resultSize(found, traffic);
        if (!get("spark.master", "local").startsWith("local")) {
            overhead(found, nativeBytes);
            heap(found, heapBytes);
            cpus(found, threads);
        }
        javaCpp(found, nativeBytes);
        return List.copyOf(found);
    }

    /**
     * Bytes of a round's results that a driver collects at most.
     *
     * @param heap of the driver, at most
     */
    public long resultRoom(long heap) {
        var allowed = bytes(get(RESULT_SIZE, RESULT_SIZE_DEFAULT));
        var room = Math.min(RESULTS_MOST, heap / RESULTS_PART);
        return allowed > 0 ? Math.min(allowed, room) : room;
    }

    private void resultSize(List<SparkSetting> found, TrafficForecast traffic) {
        var setting = get(RESULT_SIZE, RESULT_SIZE_DEFAULT);
        if (bytes(setting) > 0 && bytes(setting) < traffic.results()) {
            found.add(new SparkSetting(
                    RESULT_SIZE,
                    setting,
                    mib(withMargin(traffic.results())) + " or more, or 0",
                    "the results of a round's %d workers come to %s"
                            .formatted(traffic.workers(), mib(traffic.results())),
                    true));
        }
    }

    private void overhead(List<SparkSetting> found, long nativeBytes) {
        var allowed = nativeAllowed();
        if (allowed.isPresent() && allowed.getAsLong() < nativeBytes) {
            found.add(new SparkSetting(
                    "spark.executor.memoryOverhead",
                    mib(overhead()),
                    mib(withMargin(nativeBytes) + OF_THE_JVM),
                    "base and sessions take %s outside of the heap".formatted(mib(nativeBytes)),
                    true));
        }
    }

    private void heap(List<SparkSetting> found, long heapBytes) {
        var setting = get("spark.executor.memory", EXECUTOR_MEMORY);
        if (mebibytes(setting) < heapBytes) {
            found.add(new SparkSetting(
                    "spark.executor.memory",
                    setting,
                    mib(heapBytes),
                    "adapters of the tasks at once, as they come and go, beside Spark's own",
                    false));
        }
    }

    private void cpus(List<SparkSetting> found, int threads) {
        var cpus = get("spark.task.cpus", "1");
        if (threads > Integer.parseInt(cpus)) {
            found.add(new SparkSetting(
                    "spark.task.cpus",
                    cpus,
                    Integer.toString(threads),
                    "engine.threads is %d: tasks beside each other would share cores".formatted(threads),
                    false));
        }
    }

    private void javaCpp(List<SparkSetting> found, long nativeBytes) {
        for (var key : List.of("spark.executor.extraJavaOptions", "spark.executor.defaultJavaOptions")) {
            var limit = PHYSICAL_LIMIT.matcher(get(key, ""));
            if (limit.find() && bytes(limit.group(1)) > 0 && bytes(limit.group(1)) < nativeBytes) {
                found.add(new SparkSetting(
                        key,
                        limit.group(),
                        "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                        "JavaCPP would end the run at that size of the process",
                        true));
            }
        }
    }

    private static String mib(long bytes) {
        return (bytes + MIB - 1) / MIB + "m";
    }

    /** A tenth more, for an engine's temporaries and what allocators lose. */
    private static long withMargin(long bytes) {
        return bytes / 10 * 11;
    }
}
