package org.filigree.trainer.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.util.TaskCompletionListener;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfig.Exchange;
import org.filigree.format.LocalFiles;
import org.filigree.trainer.run.MembersFolder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rounds of three workers that need two. The deadline is over as the round begins; worker 2 may be held at its row. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class QuorumTest {

    private static final int WORKERS = 3;
    private static final int ROW_OF_WORKER_2 = 2;
    private static final int TRIES = 4;
    private static final int DEADLINE_SECONDS = 20;
    private static final Alarm AT_ONCE = seconds -> CompletableFuture.completedFuture(null);
    private static final Alarm NEVER = seconds -> new CompletableFuture<>();

    @TempDir
    private Path folder;

    private JavaSparkContext spark;

    @BeforeAll
    void startSpark() {
        spark = new JavaSparkContext(new SparkConf()
                .setMaster("local[%d,%d]".formatted(WORKERS, TRIES))
                .setAppName("quorum")
                .set("spark.ui.enabled", "false"));
    }

    @AfterAll
    void stopSpark() {
        spark.stop();
    }

    private RoundLoop loop(WorkerInput input, Exchange exchange, Alarm alarm) {
        return loop(new SparkRound(spark, input, input.plan(null), Gathering.COLLECT, alarm), exchange);
    }

    private static RoundLoop loop(Workers workers, Exchange exchange) {
        var averaging = new RunConfig.Averaging(
                WORKERS,
                exchange,
                1,
                null,
                RunConfig.Wire.FLOAT32,
                RunConfig.InnerState.RESET,
                RunConfig.Aggregation.FACTORS,
                new RunConfig.Quorum(2, DEADLINE_SECONDS));
        // As many tokens in each, so that gradients are cut a row a worker.
        return new TinyLoop(2, WORKERS, 1, TinyRows.ROWS, row -> 5).over(workers, averaging);
    }

    private MembersFolder members(String run, long epoch) throws IOException {
        return new MembersFolder(new LocalFiles(), folder.resolve(run).toString(), epoch);
    }

    private RoundLoop.Next firstRound(WatchedInput input, Exchange exchange, Alarm alarm, MembersFolder members) {
        try (var loop = loop(input, exchange, alarm)) {
            return loop.next(loop.start(input.start()), members);
        }
    }

    /** A round of exactly these workers, as a later driver makes it that finds them written. */
    private RoundLoop.Next roundOf(List<Integer> workers, Exchange exchange) throws IOException {
        var run = "of" + workers + exchange;
        var input = new WatchedInput(run);
        members(run, 1).are(1, workers);
        return firstRound(input, exchange, NEVER, members(run, 2));
    }

    private static void hold(CountDownLatch until) {
        try {
            if (!until.await(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nobody let the worker go");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aRoundGoesOnWithoutAWorkerThatIsHeldAndALaterDriverMakesTheSame() throws Exception {
        for (var exchange : Exchange.values()) {
            var input = new WatchedInput("held " + exchange);
            var begun = new CountDownLatch(1);
            var free = new CountDownLatch(1);
            var ended = new CountDownLatch(1);
            var killed = new CompletableFuture<Boolean>();
            input.watch().onRow = row -> {
                if (row == ROW_OF_WORKER_2) {
                    TaskContext.get().addTaskCompletionListener((TaskCompletionListener) task -> {
                        killed.complete(task.isInterrupted());
                        ended.countDown();
                    });
                    begun.countDown();
                    hold(free);
                } else {
                    // Else the round may be over before worker 2 is held.
                    hold(begun);
                }
            };
            var members = members("held" + exchange, 1);

            var made = firstRound(input, exchange, AT_ONCE, members);
            free.countDown();

            assertThat(made.report().members()).containsExactly(0, 1);
            assertThat(members("held" + exchange, 2).of(1)).contains(List.of(0, 1));
            assertThat(made.state().values())
                    .isEqualTo(roundOf(List.of(0, 1), exchange).state().values());
            assertThat(ended.await(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(killed.join()).as("the held worker's task was cancelled").isTrue();
        }
    }

    @Test
    void aDriverThatFindsMembersWrittenWaitsForThoseHoweverManyAreThereBefore() throws Exception {
        var run = "repeated";
        members(run, 1).are(1, List.of(0, 2));
        var input = new WatchedInput(run);
        var begun = new CountDownLatch(1);
        var free = new CountDownLatch(1);
        input.watch().onRow = row -> {
            if (row == ROW_OF_WORKER_2) {
                begun.countDown();
                hold(free);
            }
        };
        var members = members(run, 2);
        var round = CompletableFuture.supplyAsync(() -> firstRound(input, Exchange.PARAMETERS, AT_ONCE, members));
        assertThat(begun.await(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(round).as("waits for worker 2").isNotDone();
        free.countDown();
        assertThat(round.join().report().members()).containsExactly(0, 2);
    }

    @Test
    void aRoundWhoseWorkersAreAllInTimeHasThemAll() throws IOException {
        var made = firstRound(new WatchedInput("all"), Exchange.PARAMETERS, NEVER, members("all", 1));
        assertThat(made.report().members()).containsExactly(0, 1, 2);
        assertThat(members("all", 2).of(1)).contains(List.of(0, 1, 2));
    }

    @Test
    void aRoundThatHasEnoughGoesOnWithoutAWorkerWhoseTaskFailsAgainAndAgain() throws Exception {
        var input = new WatchedInput("failing");
        var others = new CountDownLatch(2);
        var failures = new AtomicInteger();
        input.watch().onRow = row -> {
            if (row == ROW_OF_WORKER_2) {
                hold(others);
                failures.incrementAndGet();
                throw new IllegalStateException("a row that nobody can read");
            }
        };
        var listener = new SparkListener() {
            @Override
            public void onTaskEnd(SparkListenerTaskEnd end) {
                if (end.taskInfo().successful()) {
                    others.countDown();
                }
            }
        };
        spark.sc().addSparkListener(listener);
        try {
            var made = firstRound(input, Exchange.PARAMETERS, NEVER, members("failing", 1));
            assertThat(made.report().members()).containsExactly(0, 1);
            assertThat(failures).as("tries of worker 2").hasValue(TRIES);
        } finally {
            spark.sc().removeSparkListener(listener);
        }
    }

    @Test
    void aRoundWithoutATokenHasNoMembersThatALaterDriverWouldFind() throws IOException {
        var input = new TinyInput(0, false);
        var workers = new SimulatedWorkers(
                new LocalFiles(), input.plan(null), (tasks, job) -> List.of(2, 0, 1), folder -> new float[0], row -> 0);
        for (var exchange : Exchange.values()) {
            var members = members("empty" + exchange, 1);
            try (var loop = loop(workers, exchange)) {
                assertThatThrownBy(() -> loop.next(loop.start(input.start()), members))
                        .hasMessage("round 1: no token to train");
            }
            assertThat(members("empty" + exchange, 2).of(1)).isEmpty();
        }
    }

    @Test
    void aDriverThatFindsMembersWritesThemAsItsOwnBeforeAnOlderOneWritesOthers() throws IOException {
        members("three", 1).are(1, List.of(0, 1));
        firstRound(new WatchedInput("three"), Exchange.PARAMETERS, NEVER, members("three", 3));
        members("three", 2).are(1, List.of(1, 2));
        assertThat(members("three", 4).of(1)).contains(List.of(0, 1));
    }

    @Test
    void theMeanIsTheMembersOwnByTheirTokens() throws IOException {
        var start = new TinyInput(0, false).start();
        var zero = roundOf(List.of(0), Exchange.PARAMETERS);
        var two = roundOf(List.of(2), Exchange.PARAMETERS);
        var both = roundOf(List.of(0, 2), Exchange.PARAMETERS);
        var tokens = (double) zero.report().tokens() + two.report().tokens();
        assertThat(zero.report().tokens()).isNotEqualTo(two.report().tokens());
        assertThat(both.report().tokens()).isEqualTo((long) tokens);
        for (var i = 0; i < start.length; i++) {
            var mean = (zero.state().values()[i] - start[i]) * zero.report().tokens()
                    + (two.state().values()[i] - start[i]) * two.report().tokens();
            assertThat((double) both.state().values()[i]).isCloseTo(start[i] + mean / tokens, within(1e-6));
        }
    }
}
