package org.filigree.trainer.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.spark.SparkConf;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.sql.SparkSession;
import org.filigree.cluster.StandaloneCluster;
import org.filigree.trainer.Filigree;
import org.filigree.trainer.LocalSpark;
import org.filigree.trainer.Progress;
import org.filigree.trainer.ReferenceRuns;
import org.filigree.trainer.round.RoundLoop;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster that gives executors and takes them away between rounds: the adapter has the bits of an embedded run. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ElasticClusterTest {

    private static final int ROUNDS = 8;
    private static final int DISTURBED_AFTER = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private ReferenceRuns runs;

    @BeforeAll
    void embedded(@TempDir Path folder) throws IOException {
        runs = ReferenceRuns.in(folder, "training.max_steps=" + ROUNDS);
        try (var spark = LocalSpark.session()) {
            Filigree.train(spark, runs.config("embedded"));
        }
    }

    /** Executors by name, as the driver hears of them. */
    private static final class Executors extends SparkListener {

        private final Set<String> came = new HashSet<>();
        private final Map<String, String> went = new HashMap<>();

        @Override
        public synchronized void onExecutorAdded(SparkListenerExecutorAdded added) {
            came.add(added.executorId());
            notifyAll();
        }

        @Override
        public synchronized void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
            went.put(removed.executorId(), removed.reason());
            notifyAll();
        }

        synchronized Set<String> came() {
            return Set.copyOf(came);
        }

        synchronized Map<String, String> went() {
            return Map.copyOf(went);
        }

        /** Until none of those that came is left. */
        synchronized void awaitNone() {
            await(() -> went.keySet().containsAll(came));
        }

        synchronized void awaitOneLess() {
            await(() -> !went.isEmpty());
        }

        private void await(BooleanSupplier happened) {
            var deadline = System.nanoTime() + PATIENCE.toNanos();
            while (!happened.getAsBoolean()) {
                var left = (deadline - System.nanoTime()) / 1_000_000;
                assertThat(left).as("came %s, went %s".formatted(came, went)).isPositive();
                try {
                    wait(left);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    private interface Disturbance {
        void between(Executors executors);
    }

    private Executors train(SparkConf conf, String run, Disturbance disturbance) throws IOException {
        try (var spark = SparkSession.builder().config(conf).getOrCreate()) {
            var executors = new Executors();
            spark.sparkContext().addSparkListener(executors);
            Filigree.train(spark, runs.config(run), new Progress() {
                @Override
                public void round(RoundLoop.Report report, double seconds) {
                    if (report.round() == DISTURBED_AFTER) {
                        disturbance.between(executors);
                    }
                }
            });
            return executors;
        }
    }

    @Test
    @Timeout(240)
    void idleExecutorsAreGivenBackAndOthersMakeTheNextRounds() throws Exception {
        var first = new HashSet<String>();
        Executors executors;
        try (var cluster = StandaloneCluster.start(2, 1)) {
            var conf = cluster.sparkConf()
                    // Executors come with the first task, so nobody waits for them before.
                    .set("spark.scheduler.minRegisteredResourcesRatio", "0")
                    .set("spark.dynamicAllocation.enabled", "true")
                    .set("spark.dynamicAllocation.shuffleTracking.enabled", "true")
                    .set("spark.dynamicAllocation.minExecutors", "0")
                    .set("spark.dynamicAllocation.maxExecutors", "2")
                    .set("spark.dynamicAllocation.executorIdleTimeout", "2s");
            executors = train(conf, "elastic", seen -> {
                seen.awaitNone();
                first.addAll(seen.came());
            });
        }
        assertThat(first).as("executors given back").isNotEmpty();
        assertThat(executors.came()).as("and others that came").hasSizeGreaterThan(first.size());
        runs.assertSame("elastic", "embedded");
    }

    @Test
    @Timeout(240)
    void aDecommissionedExecutorLeavesAndTheRunGoesOn() throws Exception {
        Executors executors;
        try (var cluster = StandaloneCluster.start(2, 1)) {
            var conf = cluster.sparkConf()
                    .set("spark.decommission.enabled", "true")
                    .set("spark.storage.decommission.enabled", "true");
            executors = train(conf, "decommissioned", seen -> {
                decommission(cluster.executors(0).get(0).process());
                seen.awaitOneLess();
            });
        }
        // The signal itself would have ended it with another code.
        assertThat(executors.went().values()).contains("Command exited with code 0");
        runs.assertSame("decommissioned", "embedded");
    }

    /** As a node manager announces that it will take the machine away. */
    private static void decommission(ProcessHandle executor) {
        try {
            var signal = new ProcessBuilder("kill", "-PWR", Long.toString(executor.pid())).inheritIO();
            assertThat(signal.start().waitFor()).as("kill -PWR").isZero();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
