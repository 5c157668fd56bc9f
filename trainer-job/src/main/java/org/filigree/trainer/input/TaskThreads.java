package org.filigree.trainer.input;

import org.apache.spark.SparkConf;
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
        return Math.max(1, Runtime.getRuntime().availableProcessors() / Math.max(1, slots(spark)));
    }

    /** Tasks that one JVM runs at the same time, at most. */
    static int tasksAtOnce(JavaSparkContext spark, int workers) {
        var slots = spark.isLocal() ? slots(spark) : slots(spark.getConf(), coresOfAnExecutor(spark));
        return Math.max(1, Math.min(workers, slots));
    }

    /** Workers whose tasks one JVM runs in a round, where all take alike. */
    static int workersOfAnExecutor(JavaSparkContext spark, int workers) {
        var executors = executors(spark);
        return (workers + executors - 1) / executors;
    }

    /** What cpus leave room for, and GPUs where tasks ask for them. */
    static int slots(SparkConf conf, int cores) {
        var byCpus = cores / conf.getInt("spark.task.cpus", 1);
        var gpus = conf.getDouble("spark.task.resource.gpu.amount", 0);
        return gpus == 0
                ? byCpus
                : Math.min(byCpus, (int) (conf.getInt("spark.executor.resource.gpu.amount", 0) / gpus));
    }

    /** Standalone executors take all cores of their worker unless they are told a number. */
    private static int coresOfAnExecutor(JavaSparkContext spark) {
        var conf = spark.getConf();
        if (conf.contains("spark.executor.cores") || !conf.get("spark.master").startsWith("spark://")) {
            return conf.getInt("spark.executor.cores", 1);
        }
        return Math.max(1, slots(spark) * conf.getInt("spark.task.cpus", 1) / executors(spark));
    }

    /** That are there. */
    static int executors(JavaSparkContext spark) {
        var withTheDriver = spark.sc().statusTracker().getExecutorInfos().length;
        return spark.isLocal() ? 1 : Math.max(1, withTheDriver - 1);
    }

    /** Of all executors that are there. Spark's default parallelism is as many until a user sets it. */
    private static int slots(JavaSparkContext spark) {
        var context = spark.sc();
        return context.maxNumConcurrentTasks(context.resourceProfileManager().defaultResourceProfile());
    }
}
