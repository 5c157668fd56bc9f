package org.filigree.dataprep.resources;

import java.util.Map;

/**
 * What stages that compute nothing on a GPU ask of Spark in a session whose tasks hold GPUs: a pure function of the
 * session's settings, so that it is tested without a cluster.
 */
sealed interface WithoutGpu {

    /** The stages run as the session's tasks do. */
    record Skipped(String reason) implements WithoutGpu {}

    /** The session's executors, by tasks of one cpu that are assigned no GPU. */
    record Tasks() implements WithoutGpu {}

    /**
     * Executors of their own that Spark starts for these stages and lets go afterwards, without a GPU.
     *
     * @param cores of each
     */
    record Executors(int cores) implements WithoutGpu {}

    String GPU_OF_A_TASK = "spark.task.resource.gpu.amount";

    /** Of each profile. */
    String KEPT = "spark.dynamicAllocation.minExecutors";

    /** @param conf the session's settings, {@code spark.master} among them */
    static WithoutGpu of(Map<String, String> conf) {
        if (Double.parseDouble(conf.getOrDefault(GPU_OF_A_TASK, "0")) == 0) {
            return new Skipped("tasks ask for no GPU: %s is not set".formatted(GPU_OF_A_TASK));
        }
        var master = conf.getOrDefault("spark.master", "local");
        if (master.equals("local") || master.startsWith("local[")) {
            return new Skipped("a local master (%s) has one executor and no profiles".formatted(master));
        }
        if (!master.matches("(spark|local-cluster|k8s|yarn).*")) {
            return new Skipped("Spark has no profiles on %s".formatted(master));
        }
        if (!Boolean.parseBoolean(conf.getOrDefault("spark.dynamicAllocation.enabled", "false"))) {
            // Executors stay as they were asked for: Spark takes other tasks on them, not other executors.
            return new Tasks();
        }
        var kept = Integer.parseInt(conf.getOrDefault(KEPT, "0"));
        return kept > 0
                ? new Skipped("Spark keeps %d executors with GPUs (%s), which may leave no room for others"
                        .formatted(kept, KEPT))
                : new Executors(Integer.parseInt(conf.getOrDefault("spark.executor.cores", "1")));
    }
}
