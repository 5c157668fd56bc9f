package org.filigree.trainer;

import java.util.Map;
import org.filigree.trainer.round.FiligreeKryo;

/** What Spark's settings should be where rounds run, unless a user has reasons for others. */
public final class SparkDefaults {

    /** For {@code SparkSession.builder().config(...)}; they cannot be changed in a session that is open. */
    public static final Map<String, String> SETTINGS = Map.of(
            "spark.serializer", "org.apache.spark.serializer.KryoSerializer",
            "spark.kryo.registrator", FiligreeKryo.class.getName(),
            // Trained numbers do not get smaller, and a round waits meanwhile.
            "spark.broadcast.compress", "false",
            // It counts a whole stage: the results of all workers of a round.
            "spark.driver.maxResultSize", "0",
            // A larger result is kept by its executor until the driver has asked for it, while the round waits.
            "spark.task.maxDirectResultSize", "16m");

    private SparkDefaults() {}
}
