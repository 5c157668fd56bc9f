package org.filigree.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.spark.ExecutorLostFailure;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
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

    /** Until that executor is dead; in the executor itself, until it dies. */
    private static int afterItsDeath(long pid, int task) throws InterruptedException {
        if (ProcessHandle.current().pid() == pid) {
            new CountDownLatch(1).await();
        }
        ProcessHandle.of(pid).ifPresent(executor -> executor.onExit().join());
        return task * task;
    }

    @Test
    void aKilledExecutorIsReplacedAndItsTaskRunsAgain() throws Exception {
        var doomed = cluster.executors(0).get(0);
        var pid = doomed.process().pid();
        var bothRun = new CountDownLatch(2);
        var lost = new AtomicInteger();
        spark.sc().addSparkListener(new SparkListener() {
            @Override
            public void onTaskStart(SparkListenerTaskStart start) {
                bothRun.countDown();
            }

            @Override
            public void onTaskEnd(SparkListenerTaskEnd end) {
                if (end.reason() instanceof ExecutorLostFailure) {
                    lost.incrementAndGet();
                }
            }
        });
        var values = spark.parallelize(IntStream.range(0, 8).boxed().toList(), 8)
                .map(task -> afterItsDeath(pid, task))
                .collectAsync();
        assertThat(bothRun.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(doomed.kill()).isTrue();
        assertThat(doomed.kill()).as("one that is gone").isFalse();

        assertThat(values.get()).containsExactly(0, 1, 4, 9, 16, 25, 36, 49);
        spark.sc().listenerBus().waitUntilEmpty();
        assertThat(lost).as("tasks that were in it").hasValue(1);
        cluster.awaitExecutors(spark);
        assertThat(cluster.executors(0)).hasSize(1);
        assertThat(cluster.executors(0).get(0).process().pid()).isNotEqualTo(pid);
    }
}
