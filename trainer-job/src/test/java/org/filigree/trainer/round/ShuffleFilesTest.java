package org.filigree.trainer.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.filigree.config.RunConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import scala.jdk.javaapi.CollectionConverters;

/** What reduce-scatters leave on an executor's disk: nothing, once their rounds are over. */
@Timeout(120)
class ShuffleFilesTest {

    private static final int WORKERS = 2;
    private static final int ROUNDS = 3;
    private static final int ROW_OF_WORKER_1 = 1;
    private static final Duration SOON = Duration.ofSeconds(10);
    /** Seldom, as looking makes garbage, and a collection of garbage removes files too. */
    private static final long BETWEEN_LOOKS_MILLIS = 50;

    private final AtomicLong written = new AtomicLong();
    private JavaSparkContext spark;

    @BeforeEach
    void startSpark() {
        spark = new JavaSparkContext(new SparkConf()
                .setMaster("local[%d]".formatted(WORKERS))
                .setAppName("shuffle files")
                .set("spark.ui.enabled", "false"));
        spark.sc().addSparkListener(new SparkListener() {
            @Override
            public void onTaskEnd(SparkListenerTaskEnd task) {
                written.addAndGet(task.taskMetrics().shuffleWriteMetrics().bytesWritten());
            }
        });
    }

    @AfterEach
    void stopSpark() {
        spark.stop();
    }

    private RoundLoop loop(WorkerInput input) {
        // As many tokens in each, so that gradients are cut a row a worker.
        return new TinyLoop(ROUNDS, WORKERS, 1, TinyRows.ROWS, row -> 5)
                .over(
                        new SparkRound(spark, input, input.plan(null), Gathering.REDUCE_SCATTER),
                        RunConfig.Averaging.gradients(WORKERS));
    }

    private static List<String> shuffleFiles() {
        var disk = SparkEnv.get().blockManager().diskBlockManager();
        return CollectionConverters.asJava(disk.getAllFiles()).stream()
                .map(File::getName)
                .filter(name -> name.startsWith("shuffle_"))
                .toList();
    }

    private static void await(boolean some) {
        var deadline = System.nanoTime() + SOON.toNanos();
        var found = shuffleFiles();
        while (found.isEmpty() == some && System.nanoTime() < deadline) {
            try {
                TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS_MILLIS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            found = shuffleFiles();
        }
        assertThat(found.isEmpty()).as("shuffle files: %s", found).isEqualTo(!some);
    }

    @Test
    void areGoneAfterRounds() throws Exception {
        var input = new TinyInput(0, false);
        try (var loop = loop(input)) {
            var state = loop.start(input.start());
            while (!loop.finished(state)) {
                state = loop.next(state).state();
            }
            assertThat(state.round()).isEqualTo(ROUNDS);
        }
        spark.sc().listenerBus().waitUntilEmpty();
        assertThat(written).as("bytes of shuffle files").hasPositiveValue();
        await(false);
    }

    @Test
    void areGoneAfterARoundThatFailed() {
        var input = new WatchedInput("shuffle files");
        var failures = new AtomicInteger();
        input.watch().onRow = row -> {
            if (row == ROW_OF_WORKER_1) {
                await(true);
                failures.incrementAndGet();
                throw new IllegalStateException("a row that nobody can read");
            }
        };
        try (var loop = loop(input)) {
            assertThatThrownBy(() -> loop.next(loop.start(input.start())))
                    .isInstanceOf(SparkException.class)
                    .hasMessageContaining("a row that nobody can read");
        }
        assertThat(failures)
                .as("failures after the other worker's files were there")
                .hasValue(1);
        await(false);
    }
}
