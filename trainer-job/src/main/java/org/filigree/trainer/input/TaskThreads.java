package org.filigree.trainer.input;

import org.apache.spark.api.java.JavaSparkContext;

/** Intra-op threads of a task where the configuration says {@code auto}. */
public final class TaskThreads {

    private TaskThreads() {}

    /**
     * On a cluster the task's cpus; on one machine its cores shared by Spark's slots: the same for every run of a session,
     * as an engine takes one value a JVM.
     */
    public static int of(JavaSparkContext spark) {
        if (!spark.isLocal()) {
            return Integer.parseInt(spark.getConf().get("spark.task.cpus", "1"));
        }
        return Math.max(1, Runtime.getRuntime().availableProcessors() / Math.max(1, spark.defaultParallelism()));
    }
}
