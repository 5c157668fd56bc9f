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

    /** Tasks that one JVM runs at the same time, at most. */
    static int tasksAtOnce(JavaSparkContext spark, int workers) {
        var slots = spark.isLocal()
                ? spark.defaultParallelism()
                : Integer.parseInt(spark.getConf().get("spark.executor.cores", "1"))
                        / Integer.parseInt(spark.getConf().get("spark.task.cpus", "1"));
        return Math.max(1, Math.min(workers, slots));
    }
}
