package org.filigree.trainer.input;

import org.apache.spark.api.java.JavaSparkContext;

/** Intra-op threads of a task where the configuration says {@code auto}. */
final class TaskThreads {

    private TaskThreads() {}

    /** On a cluster the task's cpus; on one machine its cores shared by the tasks that run at once. */
    static int of(JavaSparkContext spark, int workers) {
        if (!spark.isLocal()) {
            return Integer.parseInt(spark.getConf().get("spark.task.cpus", "1"));
        }
        var atOnce = Math.max(1, Math.min(workers, spark.defaultParallelism()));
        return Math.max(1, Runtime.getRuntime().availableProcessors() / atOnce);
    }
}
