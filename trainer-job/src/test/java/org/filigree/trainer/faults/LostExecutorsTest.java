package org.filigree.trainer.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.filigree.trainer.faults.FaultyCluster.after;
import static org.filigree.trainer.faults.FaultyCluster.make;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.filigree.cluster.StandaloneCluster;
import org.filigree.trainer.Progress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Executors and machines that are killed: the adapter has the undisturbed run's bytes, and events.jsonl tells every round once. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(400)
class LostExecutorsTest {

    @AutoClose
    private FaultyCluster faulty;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        faulty = FaultyCluster.in(folder, Map.of());
    }

    @AfterEach
    void twoExecutorsAgain() throws Exception {
        faulty.awaitExecutors();
    }

    @Test
    void anExecutorKilledWhileItsTaskRunsLosesTheTaskAndAnotherAttemptGivesTheSameBytes() throws Exception {
        var killed = new CopyOnWriteArrayList<RoundTasks.Started>();
        var tasks = faulty.train(
                "midround",
                new RoundTasks() {
                    @Override
                    void started(Started task) {
                        if (task.round() == 3 && killed.isEmpty()) {
                            killed.add(task);
                            make(() -> assertThat(faulty.executor(task).kill()).isTrue());
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
        faulty.assertThatNothingShows("midround");
    }

    @Test
    void executorsLostBetweenRoundsTakeTheirCachesWithThem() throws Exception {
        var tasks = faulty.train("between", new RoundTasks(), after(2, () -> {
            for (var worker = 0; worker < 2; worker++) {
                assertThat(faulty.cluster().executors(worker).get(0).kill()).isTrue();
            }
        }));

        assertThat(tasks.of(3))
                .extracting(RoundTasks.Ended::executor)
                .doesNotContainAnyElementsOf(
                        tasks.of(2).stream().map(RoundTasks.Ended::executor).toList());
        faulty.assertThatNothingShows("between");
    }

    @Test
    void aWorkerGoneForGoodLeavesFewerSlotsThanTasks() throws Exception {
        var tasks = faulty.train(
                "fewer", new RoundTasks(), after(2, () -> faulty.cluster().killWorker(1)));
        faulty.cluster().startWorker(1);
        // Both executors are on the worker that was left; another comes where more cores are free.
        faulty.cluster().executors(0).get(0).kill();

        assertThat(tasks.of(2)).extracting(RoundTasks.Ended::host).contains(StandaloneCluster.host(1));
        for (var round = 4; round <= FaultyCluster.ROUNDS; round++) {
            assertThat(tasks.of(round))
                    .as("tasks of round %d", round)
                    .hasSize(4)
                    .allMatch(task -> task.succeeded() && task.host().equals(StandaloneCluster.host(0)));
        }
        faulty.assertThatNothingShows("fewer");
    }
}
