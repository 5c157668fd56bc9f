package org.filigree.trainer.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.filigree.cluster.ClusterProcess;
import org.filigree.cluster.ExecutorProcess;
import org.filigree.cluster.StandaloneCluster;
import org.filigree.config.FiligreeException;
import org.filigree.trainer.Filigree;
import org.filigree.trainer.Progress;
import org.filigree.trainer.round.RoundLoop;
import org.filigree.trainer.run.Outcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Faults of a real cluster's processes: a master, two workers, executors and drivers of their own. Whatever happens, the
 * adapter has the undisturbed run's bytes and events.jsonl tells every round once.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(400)
class ClusterFaultsTest {

    private static final Duration SOON = Duration.ofMinutes(3);
    private static final Pattern PAUSED = Pattern.compile(PausedDriver.PAUSED + "(.+)");

    /** An executor on each worker; the workers' other cores are for a second driver's. */
    private static final Map<String, String> SETTINGS = Map.of(
            "spark.executor.cores", "1",
            "spark.cores.max", "2",
            "spark.hadoop.fs.paused.impl", PausedDisk.class.getName());

    private Path folder;
    private FaultyRun run;
    private StandaloneCluster cluster;
    private SparkSession spark;

    @BeforeAll
    void undisturbed(@TempDir Path temporary) throws Exception {
        folder = temporary;
        run = FaultyRun.ofLongRounds(folder);
        cluster = StandaloneCluster.start(2, 2);
        spark = session(Map.of());
        Filigree.train(spark, run.config("undisturbed", folder.toString()));
    }

    private SparkSession session(Map<String, String> more) throws InterruptedException {
        var conf = cluster.sparkConf();
        SETTINGS.forEach(conf::set);
        more.forEach(conf::set);
        return SparkSession.builder().config(conf).getOrCreate();
    }

    @AfterEach
    void twoExecutorsAgain() throws Exception {
        cluster.awaitExecutors(JavaSparkContext.fromSparkContext(spark.sparkContext()));
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

    private void assertThatNothingShows(String name) throws IOException {
        assertThat(run.adapter(name)).isEqualTo(run.adapter("undisturbed"));
        assertThat(run.rounds(name)).isEqualTo(run.everyRoundOnce());
    }

    private RoundTasks train(String name, RoundTasks tasks, Progress progress) throws Exception {
        var context = spark.sparkContext();
        context.addSparkListener(tasks);
        try {
            Filigree.train(spark, run.config(name, folder.toString()), progress);
            context.listenerBus().waitUntilEmpty();
        } finally {
            context.removeSparkListener(tasks);
        }
        return tasks;
    }

    private ExecutorProcess executor(RoundTasks.Started task) {
        var worker = task.host().equals(StandaloneCluster.host(0)) ? 0 : 1;
        return cluster.executors(worker).stream()
                .filter(executor -> executor.id().equals(task.executor()))
                .findFirst()
                .orElseThrow();
    }

    private interface Fault {
        void happens() throws IOException, InterruptedException;
    }

    private static void make(Fault fault) {
        try {
            fault.happens();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Progress after(int round, Fault fault) {
        return new Progress() {
            @Override
            public void round(RoundLoop.Report report, double seconds) {
                if (report.round() == round) {
                    make(fault);
                }
            }
        };
    }

    @Test
    void anExecutorKilledWhileItsTaskRunsLosesTheTaskAndAnotherAttemptGivesTheSameBytes() throws Exception {
        var killed = new CopyOnWriteArrayList<RoundTasks.Started>();
        var tasks = train(
                "midround",
                new RoundTasks() {
                    @Override
                    void started(Started task) {
                        if (task.round() == 3 && killed.isEmpty()) {
                            killed.add(task);
                            make(() -> assertThat(executor(task).kill()).isTrue());
                        }
                    }
                },
                Progress.NONE);

        var lost = tasks.of(3).stream()
                .filter(task -> task.reason().equals("ExecutorLostFailure"))
                .toList();
        assertThat(lost).as("attempts that ran in it").hasSize(1);
        assertThat(lost.get(0).executor()).isEqualTo(killed.get(0).executor());
        assertThat(tasks.of(3))
                .filteredOn(task -> task.index() == lost.get(0).index() && task.succeeded())
                .singleElement()
                .matches(task -> task.attempt() == 1
                        && !task.executor().equals(lost.get(0).executor()));
        assertThatNothingShows("midround");
    }

    @Test
    void executorsLostBetweenRoundsTakeTheirCachesWithThem() throws Exception {
        var tasks = train("between", new RoundTasks(), after(2, () -> {
            for (var worker = 0; worker < 2; worker++) {
                assertThat(cluster.executors(worker).get(0).kill()).isTrue();
            }
        }));

        assertThat(tasks.of(3))
                .extracting(RoundTasks.Ended::executor)
                .doesNotContainAnyElementsOf(
                        tasks.of(2).stream().map(RoundTasks.Ended::executor).toList());
        assertThatNothingShows("between");
    }

    @Test
    void aWorkerGoneForGoodLeavesFewerSlotsThanTasks() throws Exception {
        var tasks = train("fewer", new RoundTasks(), after(2, () -> cluster.killWorker(1)));
        cluster.startWorker(1);
        // Both executors are on the worker that was left; another comes where more cores are free.
        cluster.executors(0).get(0).kill();

        assertThat(tasks.of(2)).extracting(RoundTasks.Ended::host).contains(StandaloneCluster.host(1));
        for (var round = 4; round <= run.rounds(); round++) {
            assertThat(tasks.of(round))
                    .as("tasks of round %d", round)
                    .hasSize(4)
                    .allMatch(task -> task.succeeded() && task.host().equals(StandaloneCluster.host(0)));
        }
        assertThatNothingShows("fewer");
    }

    @Test
    void aCopyOfASlowTaskWinsAndTheSlowOneComesTooLate() throws Exception {
        spark.stop();
        spark = session(Map.of(
                "spark.speculation", "true",
                "spark.speculation.interval", "50ms",
                "spark.speculation.minTaskRuntime", "50ms",
                "spark.speculation.quantile", "0.5",
                "spark.speculation.multiplier", "1.5",
                "spark.network.timeout", "600s"));
        var slow = new CopyOnWriteArrayList<ExecutorProcess>();
        try {
            var tasks = train(
                    "slow",
                    new RoundTasks() {
                        /** Not before another executor has what the round's tasks read: it would ask the stopped one. */
                        @Override
                        void ended(Ended task) {
                            if (task.round() == 3 && task.succeeded() && slow.isEmpty()) {
                                running(3).stream()
                                        .filter(other -> !other.executor().equals(task.executor()))
                                        .map(ClusterFaultsTest.this::executor)
                                        .forEach(executor -> {
                                            make(executor::stop);
                                            slow.add(executor);
                                        });
                            }
                        }
                    },
                    after(4, () -> slow.get(0).resume()));

            var late = tasks.of(3).stream().filter(task -> task.newest() > 3).toList();
            assertThat(late).as("attempts that ended after their round").hasSize(1);
            assertThat(late.get(0).executor()).isEqualTo(slow.get(0).id());
            assertThat(tasks.of(3))
                    .filteredOn(task -> task.index() == late.get(0).index() && task.succeeded())
                    .singleElement()
                    .matches(task ->
                            task.copy() && !task.host().equals(late.get(0).host()));
            assertThatNothingShows("slow");
        } finally {
            spark.stop();
            spark = session(Map.of());
        }
    }

    private ClusterProcess driver(String name, String place, int number) throws Exception {
        var yaml = Files.writeString(
                folder.resolve(name + ".yaml"), run.yaml(name, "paused:" + folder, folder.resolve("shards")));
        var driver = cluster.driver(
                name,
                SETTINGS,
                PausedDriver.class.getName(),
                List.of(yaml.toString(), place, Integer.toString(number)));
        driver.await(PAUSED, SOON);
        return driver;
    }

    private static void assertThatItIsStopped(ClusterProcess driver) throws IOException, InterruptedException {
        while (!driver.isStopped()) {
            assertThat(driver.ends(Duration.ofMillis(5))).as("ended").isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({"between, 3, after round 3", "round, 4, a task of round 4 runs", "checkpoint, 4, half of"})
    void aDriverKilledAnywhereGoesOn(String place, int number, String where) throws Exception {
        var name = "killed-" + place;
        var driver = driver(name, place, number);
        assertThatItIsStopped(driver);

        assertThat(driver.kill()).as("exit status").isEqualTo(ClusterProcess.KILLED);

        assertThat(driver.log()).contains(PausedDriver.PAUSED + where).contains("told round 3");
        var state = folder.resolve(name + "/checkpoints/00000004-1/state.bin");
        if (place.equals("checkpoint")) {
            assertThat(state).exists();
            assertThat(Files.size(state))
                    .isLessThan(Files.size(folder.resolve(name + "/checkpoints/00000002-1/state.bin")));
        } else {
            assertThat(driver.log()).doesNotContain("told round 4");
            assertThat(state).doesNotExist();
        }
        Filigree.train(spark, run.config(name, folder.toString()));
        assertThatNothingShows(name);
    }

    @Test
    void aDriverWhoseRunAnotherHasTakenStopsWithCode4AndChangesNothing() throws Exception {
        var first = driver("taken", "between", 3);
        assertThatItIsStopped(first);
        var second = Filigree.train(spark, run.config("taken", folder.toString()));
        var outcome = Files.readString(folder.resolve("taken/outcome.json"));

        first.resume();

        assertThat(first.ends(SOON)).as("ended").isTrue();
        assertThat(first.exitValue()).isEqualTo(FiligreeException.Code.RETRY.exit());
        assertThat(first.log()).contains("told round 4", "this driver holds epoch 1, another has taken epoch 2");
        assertThat(second.status()).isEqualTo(Outcome.Status.DONE);
        assertThat(folder.resolve("taken/outcome.json")).hasContent(outcome);
        assertThatNothingShows("taken");
    }
}
