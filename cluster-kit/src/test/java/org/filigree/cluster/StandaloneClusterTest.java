package org.filigree.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkExecutorInfo;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** The cluster that other tests train on: executors of its own on every worker, and work that survives their loss. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(100)
class StandaloneClusterTest {

    private static final List<String> HOSTS = List.of(StandaloneCluster.host(0), StandaloneCluster.host(1));

    private StandaloneCluster cluster;
    private JavaSparkContext spark;

    @BeforeAll
    void start() throws Exception {
        cluster = StandaloneCluster.start(2, 1);
        spark = new JavaSparkContext(cluster.sparkConf());
    }

    @BeforeEach
    void awaitExecutors() throws Exception {
        cluster.awaitExecutors(spark);
    }

    @AfterAll
    void stop() {
        if (spark != null) {
            spark.stop();
        }
        if (cluster != null) {
            cluster.close();
        }
    }

    private List<String> hosts(int tasks) {
        return spark.parallelize(IntStream.range(0, tasks).boxed().toList(), tasks)
                .map(task -> SparkEnv.get().blockManager().blockManagerId().host())
                .collect();
    }

    @Test
    void twoTasksRunOnTwoHosts() {
        assertThat(hosts(2)).containsExactlyInAnyOrderElementsOf(HOSTS);
    }

    @Test
    void anExecutorSeesTheEnvironmentOfNativeCode() {
        var seen = spark.parallelize(List.of(1, 2), 2)
                .map(task -> System.getenv("OMP_WAIT_POLICY"))
                .collect();
        assertThat(seen).containsExactly("passive", "passive");
    }

    @Test
    void aKilledExecutorIsReplacedAndItsTaskRunsAgain() throws Exception {
        var doomed = cluster.executors(0).get(0);
        var pid = doomed.process().pid();
        var values = spark.parallelize(IntStream.range(0, 8).boxed().toList(), 8)
                .map(task -> {
                    while (ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)) {
                        Thread.sleep(20);
                    }
                    return task * task;
                })
                .collectAsync();
        // No task ends before the kill, so one of them is in the executor that dies.
        while (Arrays.stream(spark.sc().statusTracker().getExecutorInfos())
                        .mapToInt(SparkExecutorInfo::numRunningTasks)
                        .sum()
                < 2) {
            Thread.sleep(20);
        }
        assertThat(doomed.kill()).isTrue();
        assertThat(doomed.kill()).as("one that is gone").isFalse();

        assertThat(values.get()).containsExactly(0, 1, 4, 9, 16, 25, 36, 49);
        cluster.awaitExecutors(spark);
        assertThat(cluster.executors(0)).hasSize(1);
        assertThat(cluster.executors(0).get(0).process().pid()).isNotEqualTo(pid);
    }
}
