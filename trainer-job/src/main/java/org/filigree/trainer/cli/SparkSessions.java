package org.filigree.trainer.cli;

import org.apache.spark.sql.SparkSession;
import org.filigree.trainer.round.FiligreeKryo;

/** The session of a command: spark-submit's where it started us, else Spark embedded in this JVM. */
final class SparkSessions {

    /** Plain {@code local[N]} never retries a task. */
    private static final int ATTEMPTS = 4;

    private SparkSessions() {}

    /** @param tasks that should run at once */
    static SparkSession open(String name, int tasks) {
        var builder = SparkSession.builder().appName("filigree " + name);
        if (System.getProperty("spark.master") == null) {
            var slots = Math.max(1, Math.min(tasks, Runtime.getRuntime().availableProcessors()));
            builder.master("local[%d,%d]".formatted(slots, ATTEMPTS))
                    .config("spark.ui.enabled", "false")
                    .config("spark.driver.host", "127.0.0.1")
                    .config("spark.driver.bindAddress", "127.0.0.1")
                    .config("spark.sql.shuffle.partitions", Integer.toString(slots));
        }
        // It counts a whole stage: the results of all workers of a round.
        if (System.getProperty("spark.driver.maxResultSize") == null) {
            builder.config("spark.driver.maxResultSize", "0");
        }
        // Trained numbers do not get smaller, and a round waits meanwhile.
        return builder.config("spark.broadcast.compress", "false")
                .config("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
                .config("spark.kryo.registrator", FiligreeKryo.class.getName())
                .config("spark.kryo.registrationRequired", "true")
                .getOrCreate();
    }
}
