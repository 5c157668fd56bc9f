package org.filigree.dataprep.resources;

import java.util.HashMap;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.resource.ExecutorResourceRequests;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.resource.ResourceProfileBuilder;
import org.apache.spark.resource.TaskResourceRequests;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Marks the stages of a job that must hold no GPU. A stage takes the profile of the datasets in it. */
public final class CpuStages {

    private static final Logger LOG = LoggerFactory.getLogger(CpuStages.class);

    /** Null where stages run as the session's tasks do. */
    private final ResourceProfile profile;

    private CpuStages(ResourceProfile profile) {
        this.profile = profile;
    }

    /** As the session's settings allow; why not, where they do not, goes to the log. */
    public static CpuStages of(JavaSparkContext spark) {
        var conf = new HashMap<String, String>();
        for (var entry : spark.getConf().getAll()) {
            conf.put(entry._1(), entry._2());
        }
        var choice = WithoutGpu.of(conf);
        if (choice instanceof WithoutGpu.Skipped skipped) {
            LOG.info("tokenising has no resource profile of its own: {}", skipped.reason());
            return new CpuStages(null);
        }
        var builder = new ResourceProfileBuilder().require(new TaskResourceRequests().cpus(1));
        if (choice instanceof WithoutGpu.Executors executors) {
            builder.require(new ExecutorResourceRequests().cores(executors.cores()));
        }
        LOG.info("tokenising holds no GPU: {}", choice);
        return new CpuStages(builder.build());
    }

    public <T> JavaRDD<T> mark(JavaRDD<T> rows) {
        mark(rows.rdd());
        return rows;
    }

    public <K, V> JavaPairRDD<K, V> mark(JavaPairRDD<K, V> rows) {
        mark(rows.rdd());
        return rows;
    }

    private void mark(RDD<?> rows) {
        if (profile != null) {
            rows.withResources(profile);
        }
    }
}
