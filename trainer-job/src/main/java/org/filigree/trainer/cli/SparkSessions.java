package org.filigree.trainer.cli;

import org.apache.spark.sql.SparkSession;
import org.filigree.trainer.SparkDefaults;
import org.filigree.trainer.telemetry.FiligreePlugin;

/** The session of a command: spark-submit's where it started us, else Spark embedded in this JVM. */
final class SparkSessions {

    /** Plain {@code local[N]} never retries a task. */
    private static final int ATTEMPTS = 4;

    private static final String PLUGINS = "spark.plugins";

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
        SparkDefaults.SETTINGS.forEach((key, value) -> builder.config(key, System.getProperty(key, value)));
        return builder.config(PLUGINS, plugins(System.getProperty(PLUGINS)))
                .config("spark.kryo.registrationRequired", "true")
                .getOrCreate();
    }

    /** @param given by the user, or null */
    static String plugins(String given) {
        var ours = FiligreePlugin.class.getName();
        return given == null || given.isBlank() ? ours : given + "," + ours;
    }
}
