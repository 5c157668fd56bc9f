package org.filigree.trainer;

import org.apache.spark.sql.SparkSession;

/** Spark within the test's JVM: two tasks at a time, and one that fails is tried again. */
public final class LocalSpark {

    private LocalSpark() {}

    public static SparkSession session() {
        return builder().getOrCreate();
    }

    public static SparkSession.Builder builder() {
        return SparkSession.builder().master("local[2,4]").config("spark.ui.enabled", "false");
    }
}
