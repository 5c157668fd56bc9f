package org.filigree.trainer;

import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.filigree.cluster.StandaloneCluster;

/** A session on a cluster of processes: they end together. */
public record SparkOnCluster(StandaloneCluster cluster, SparkSession spark) implements AutoCloseable {

    /** @param settings of the session, above the cluster's */
    public static SparkOnCluster of(StandaloneCluster cluster, Map<String, String> settings) {
        try {
            var conf = cluster.sparkConf();
            settings.forEach(conf::set);
            return new SparkOnCluster(
                    cluster, SparkSession.builder().config(conf).getOrCreate());
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    public JavaSparkContext context() {
        return JavaSparkContext.fromSparkContext(spark.sparkContext());
    }

    @Override
    public void close() {
        try {
            spark.stop();
        } finally {
            cluster.close();
        }
    }
}
