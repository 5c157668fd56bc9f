package org.filigree.trainer.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.filigree.cluster.StandaloneCluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Under {@code spark.default.parallelism}, which says how many partitions a user wants and nothing of the machines. */
class TaskThreadsTest {

    private static final String PARALLELISM = "spark.default.parallelism";

    @Test
    void aLocalMastersSlotsAreItsOwn() {
        try (var spark = new JavaSparkContext(new SparkConf(false)
                .setMaster("local[3]")
                .setAppName("threads")
                .set("spark.ui.enabled", "false")
                .set(PARALLELISM, "64"))) {
            assertThat(TaskThreads.tasksAtOnce(spark, 8)).isEqualTo(3);
        }
    }

    @Test
    @Timeout(300)
    void workersAndTasksOfAnExecutorAreCountedByTheExecutorsThatAreThere() throws Exception {
        var workers = 4;
        try (var cluster = StandaloneCluster.start(2, 2)) {
            for (var conf : List.of(cluster.sparkConf(), cluster.sparkConf().remove("spark.executor.cores"))) {
                try (var spark = new JavaSparkContext(conf.set(PARALLELISM, "64"))) {
                    cluster.awaitExecutors(spark);
                    assertThat(TaskThreads.workersOfAnExecutor(spark, workers)).isEqualTo(2);
                    assertThat(TaskThreads.tasksAtOnce(spark, workers)).isEqualTo(2);
                }
            }
        }
    }
}
