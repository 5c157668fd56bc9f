package org.filigree.trainer.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.filigree.trainer.faults.FaultyCluster.after;
import static org.filigree.trainer.faults.FaultyCluster.make;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.filigree.cluster.ExecutorProcess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A round's slow task has a faster copy: whatever becomes of the slow one, adapter and events have the task once. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(400)
class SpeculationTest {

    /** Spark's word for a task that succeeded when its copy had. */
    private static final String SUCCEEDED_TOO = "Finish but did not commit due to another attempt succeeded";

    @AutoClose
    private FaultyCluster faulty;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        faulty = FaultyCluster.in(
                folder,
                Map.of(
                        "spark.plugins", LateResult.class.getName(),
                        "spark.speculation", "true",
                        "spark.speculation.interval", "50ms",
                        "spark.speculation.minTaskRuntime", "50ms",
                        "spark.speculation.quantile", "0.75",
                        "spark.speculation.multiplier", "1.5",
                        "spark.network.timeout", "600s"));
    }

    @AfterEach
    void twoExecutorsAgain() throws Exception {
        faulty.awaitExecutors();
    }

    /** Once it goes on it is killed, or is done before it hears of that. */
    @Test
    void aTaskThatStandsStillWhileItsCopyIsMadeComesTooLate() throws Exception {
        var slow = new CopyOnWriteArrayList<ExecutorProcess>();
        var tasks = faulty.train(
                "slow",
                new RoundTasks() {
                    /** Not before another executor has what the round's tasks read: it would ask the stopped one. */
                    @Override
                    void ended(Ended task) {
                        if (task.round() == 3 && task.succeeded() && slow.isEmpty()) {
                            running(3).stream()
                                    .filter(other -> !other.executor().equals(task.executor()))
                                    .map(faulty::executor)
                                    .forEach(executor -> {
                                        make(executor::stop);
                                        slow.add(executor);
                                    });
                        }
                    }
                },
                after(4, () -> slow.get(0).resume()));

        var late = assertThatACopyWon(tasks, 3);
        assertThat(late.executor()).isEqualTo(slow.get(0).id());
        faulty.assertThatNothingShows("slow");
    }

    @Test
    void aSlowTaskThatSucceedsAfterItsCopyChangesNothing() throws Exception {
        var keptBy = new CopyOnWriteArrayList<String>();
        var heard = new CountDownLatch(1);
        RoundTasks tasks;
        try (var keeper = new LateResult.Keeper(faulty.spark().sparkContext())) {
            tasks = faulty.train(
                    "late",
                    new RoundTasks() {
                        @Override
                        void ended(Ended task) {
                            if (task.reason().equals(SUCCEEDED_TOO)) {
                                heard.countDown();
                            }
                        }
                    },
                    after(LateResult.ROUND + 1, () -> {
                        keptBy.add(keeper.release());
                        assertThat(heard.await(1, TimeUnit.MINUTES))
                                .as("its result has come")
                                .isTrue();
                    }));
        }

        var late = assertThatACopyWon(tasks, LateResult.ROUND);
        assertThat(late.executor()).isEqualTo(keptBy.get(0));
        assertThat(late.attempt()).isZero();
        assertThat(late.reason()).isEqualTo(SUCCEEDED_TOO);
        faulty.assertThatNothingShows("late");
    }

    /** Of one of the round's tasks, on the other machine. */
    private static RoundTasks.Ended assertThatACopyWon(RoundTasks tasks, int round) {
        var late =
                tasks.of(round).stream().filter(task -> task.newest() > round).toList();
        assertThat(late).as("attempts that ended after their round").hasSize(1);
        assertThat(tasks.of(round))
                .filteredOn(task -> task.index() == late.get(0).index() && task.succeeded())
                .singleElement()
                .matches(task -> task.copy() && !task.host().equals(late.get(0).host()));
        return late.get(0);
    }
}
