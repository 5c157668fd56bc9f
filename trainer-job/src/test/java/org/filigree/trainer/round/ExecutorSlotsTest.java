package org.filigree.trainer.round;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.TaskCompletionListener;
import org.assertj.core.api.Assertions;
import org.filigree.config.RunConfig;
import org.filigree.trainer.averaging.AdapterState;
import org.filigree.trainer.averaging.AveragingRules;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** What the task slots of one JVM share, and how a task ends that Spark no longer wants. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class ExecutorSlotsTest {

    private static final int DEADLINE_SECONDS = 20;

    private JavaSparkContext spark;

    @BeforeAll
    void startSpark() {
        spark = new JavaSparkContext(
                new SparkConf().setMaster("local[2,4]").setAppName("slots").set("spark.ui.enabled", "false"));
    }

    @AfterAll
    void stopSpark() {
        spark.stop();
    }

    private static RoundPlan plan(int[][][] rows) {
        var rules = AveragingRules.of(RunConfig.Averaging.gradients(rows.length), 1, "slots");
        return new RoundPlan(1, rules, rows, new int[rows.length][1], 0, 1, 1, new double[1], 0.9, 0.999, 1e-8, 0, 0);
    }

    private RoundSum train(WatchedInput input, int[][][] rows, String description) {
        try (var round = new SparkRound(spark, input, input.plan(null), Gathering.COLLECT)) {
            return round.train(plan(rows), Attendance.all(rows.length), AdapterState.of(input.start()), description);
        }
    }

    @Test
    void tasksAtTheSameTimeShareOneBase() {
        var input = new WatchedInput("shared");
        var meet = new CyclicBarrier(2);
        input.watch().onRow = id -> together(meet);
        var sum = train(input, new int[][][] {{{0}}, {{1}}}, "two tasks that wait for each other");
        assertThat(sum.losses()).hasSize(2);
        assertThat(input.watch().loads).hasValue(1);
    }

    private static void together(CyclicBarrier meet) {
        try {
            meet.await(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("the other task did not come", e);
        }
    }

    @Test
    void everySlotHasASessionOfItsOwnWhichTheNextTaskFinds() {
        var cache = new ExecutorCache();
        var input = new WatchedInput("sessions");
        var one = cache.lease(input);
        var two = cache.lease(input);
        assertThat(one.base()).isSameAs(two.base());
        assertThat(one.session()).isNotSameAs(two.session());
        one.succeeded();
        one.close();
        try (var next = cache.lease(input)) {
            assertThat(next.session()).isSameAs(one.session());
        }
        two.close();
        assertThat(input.watch().loads).hasValue(1);
    }

    @Test
    void aCancelledStageEndsItsTaskBeforeTheNextMicroBatch() {
        var input = new WatchedInput("cancelled");
        var read = new AtomicInteger();
        var started = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        input.watch().onRow = id -> {
            read.incrementAndGet();
            TaskContext.get().addTaskCompletionListener((TaskCompletionListener) task -> ended.countDown());
            started.countDown();
            awaitKill();
        };
        var job = CompletableFuture.supplyAsync(() -> {
            spark.setJobGroup("doomed", "a round to be cancelled", false);
            return train(input, new int[][][] {{{0, 1, 2, 3, 4, 5}}}, "six micro-batches");
        });
        within(started);
        spark.cancelJobGroup("doomed");
        Assertions.assertThatThrownBy(job::join).isInstanceOf(CompletionException.class);
        within(ended);
        assertThat(read).as("micro-batches begun").hasValue(1);
    }

    /** The micro-batch under way lasts until Spark has marked the task. */
    private static void awaitKill() {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!TaskContext.get().isInterrupted()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("Spark did not kill the task");
            }
            Thread.onSpinWait();
        }
    }

    private static void within(CountDownLatch event) {
        try {
            assertThat(event.await(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
