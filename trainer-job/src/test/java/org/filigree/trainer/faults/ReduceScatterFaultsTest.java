package org.filigree.trainer.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.filigree.trainer.faults.FaultyCluster.make;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.filigree.cluster.ExecutorProcess;
import org.filigree.cluster.StandaloneCluster;
import org.filigree.trainer.Filigree;
import org.filigree.trainer.LocalSpark;
import org.filigree.trainer.Progress;
import org.filigree.trainer.ReferenceRuns;
import org.filigree.trainer.SparkOnCluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Workers so many that reducers average what they make, on two executors: the adapter has the bytes of an embedded run,
 * whichever executor is lost.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(400)
class ReduceScatterFaultsTest {

    private static final int WORKERS = 17;
    private static final int DISTURBED = 2;
    private static final int ROUNDS = 4;
    /** A module of the base each: fewer than there are workers. */
    private static final int REDUCERS = 14;

    private ReferenceRuns runs;

    @AutoClose
    private FaultyCluster faulty;

    @BeforeAll
    void embedded(@TempDir Path folder) throws Exception {
        var local = 3;
        runs = ReferenceRuns.in(
                folder,
                "averaging={workers: %d, exchange: parameters, local_steps: %d, wire: float32, aggregation: product}"
                        .formatted(WORKERS, local),
                "adapter.r=32",
                "training.max_steps=" + ROUNDS * local,
                "training.global_batch_size=" + 2 * WORKERS);
        try (var spark = LocalSpark.session()) {
            Filigree.train(spark, runs.config("embedded"));
        }
        // A reducer asks an executor that is gone once more, and then hears that it is.
        var settings = Map.of("spark.shuffle.io.retryWait", "200ms");
        faulty = new FaultyCluster(SparkOnCluster.of(StandaloneCluster.start(2, 1), settings), runs, settings);
    }

    @AfterEach
    void twoExecutorsAgain() throws Exception {
        faulty.awaitExecutors();
    }

    @Test
    void reducersOnBothExecutorsAverageToTheBytesOfTheEmbeddedRun() throws Exception {
        var tasks = faulty.train("undisturbed", new RoundTasks(), Progress.NONE);

        for (var round = 1; round <= ROUNDS; round++) {
            assertThat(tasks.of(round, false, "Success")).as("workers' tasks").hasSize(WORKERS);
            assertThat(tasks.of(round, true, "Success"))
                    .as("reducers")
                    .hasSize(REDUCERS)
                    .extracting(RoundTasks.Ended::host)
                    .contains(StandaloneCluster.host(0), StandaloneCluster.host(1));
        }
        runs.assertSame("undisturbed", "embedded");
        var forecast = runs.events("undisturbed", "start").get(0).at("/forecast/traffic/up_each");
        var measured = runs.events("undisturbed", "measured").get(0).path("bytes_up");
        // Which worker and which reducer ran where is Spark's affair.
        assertThat(measured.doubleValue()).isCloseTo(WORKERS * forecast.doubleValue(), withinPercentage(15));
    }

    /** Stopped before the last worker is done, killed once there are reducers, so that none can have had all it needs. */
    @Test
    void anExecutorKilledBetweenTheStagesTakesPartsWithItThatAreMadeAgain() throws Exception {
        var stopped = new CopyOnWriteArrayList<ExecutorProcess>();
        var killed = new CopyOnWriteArrayList<ExecutorProcess>();
        var tasks = faulty.train(
                "between",
                new RoundTasks() {
                    @Override
                    void ended(Ended task) {
                        if (task.round() == DISTURBED
                                && stopped.isEmpty()
                                && of(DISTURBED, false, "Success").size() == WORKERS - 1) {
                            stopped.add(faulty.executor(task.host(), task.executor()));
                            make(stopped.get(0)::stop);
                        }
                    }

                    @Override
                    void started(Started task) {
                        if (task.round() == DISTURBED && task.reduces() && killed.isEmpty()) {
                            killed.addAll(stopped);
                            killed.forEach(executor ->
                                    make(() -> assertThat(executor.kill()).isTrue()));
                        }
                    }
                },
                Progress.NONE);

        assertThat(killed).as("executors killed").hasSize(1);
        var lost = killed.get(0).id();
        assertThat(tasks.of(DISTURBED, true, "FetchFailed"))
                .as("reducers that could not fetch")
                .isNotEmpty()
                .noneMatch(task -> task.executor().equals(lost));
        var made = tasks.of(DISTURBED, false, "Success");
        assertThat(made).as("workers' tasks").hasSizeGreaterThan(WORKERS);
        assertThat(made.stream().skip(WORKERS).map(RoundTasks.Ended::index))
                .as("workers whose parts were made again")
                .containsExactlyInAnyOrderElementsOf(made.stream()
                        .limit(WORKERS)
                        .filter(task -> task.executor().equals(lost))
                        .map(RoundTasks.Ended::index)
                        .toList());
        runs.assertSame("between", "embedded");
    }

    @Test
    void anExecutorKilledWhileWorkersTrainTakesPartsWithItThatAreMadeAgain() throws Exception {
        var killed = new CopyOnWriteArrayList<ExecutorProcess>();
        var tasks = faulty.train(
                "map",
                new RoundTasks() {
                    /** One that has made parts already. */
                    @Override
                    void started(Started task) {
                        if (task.round() == DISTURBED
                                && killed.isEmpty()
                                && of(DISTURBED, false, "Success").stream()
                                        .anyMatch(done -> done.executor().equals(task.executor()))) {
                            killed.add(faulty.executor(task));
                            make(() -> assertThat(killed.get(0).kill()).isTrue());
                        }
                    }
                },
                Progress.NONE);

        assertThat(killed).as("executors killed").hasSize(1);
        assertThat(tasks.of(DISTURBED, false, "ExecutorLostFailure"))
                .as("attempts that ran in it")
                .singleElement()
                .matches(task -> task.executor().equals(killed.get(0).id()));
        assertThat(tasks.of(DISTURBED, false, "Resubmitted"))
                .as("workers whose parts were lost")
                .isNotEmpty();
        assertThat(tasks.of(DISTURBED, false, "Success"))
                .as("workers' tasks")
                .hasSize(WORKERS + tasks.of(DISTURBED, false, "Resubmitted").size());
        runs.assertSame("map", "embedded");
    }
}
