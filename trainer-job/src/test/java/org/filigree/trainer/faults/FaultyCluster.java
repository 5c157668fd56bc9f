package org.filigree.trainer.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.filigree.cluster.ClusterProcess;
import org.filigree.cluster.ExecutorProcess;
import org.filigree.cluster.StandaloneCluster;
import org.filigree.trainer.Filigree;
import org.filigree.trainer.Progress;
import org.filigree.trainer.ReferenceRuns;
import org.filigree.trainer.SparkOnCluster;
import org.filigree.trainer.round.RoundLoop;

/**
 * A master, two workers, an executor on each, and on them runs whose rounds take long enough to be hit in the middle, with
 * more workers than there are slots. One of them nothing has disturbed.
 */
record FaultyCluster(SparkOnCluster on, ReferenceRuns runs, Map<String, String> settings) implements AutoCloseable {

    static final int ROUNDS = 6;
    static final String UNDISTURBED = "undisturbed";

    private static final int LOCAL_STEPS = 60;

    /** @param more settings of every driver */
    static FaultyCluster in(Path folder, Map<String, String> more) throws IOException, InterruptedException {
        var runs = ReferenceRuns.in(
                folder,
                "training.max_steps=%d".formatted(ROUNDS * LOCAL_STEPS),
                "averaging={workers: 4, exchange: parameters, wire: float32, local_steps: %d}".formatted(LOCAL_STEPS));
        // The workers' other cores are for a second driver's executors.
        var settings = new HashMap<>(Map.of("spark.executor.cores", "1", "spark.cores.max", "2"));
        settings.putAll(more);
        var on = SparkOnCluster.of(StandaloneCluster.start(2, 2), settings);
        var faulty = new FaultyCluster(on, runs, Map.copyOf(settings));
        try {
            Filigree.train(faulty.spark(), runs.config(UNDISTURBED));
            return faulty;
        } catch (RuntimeException e) {
            faulty.close();
            throw e;
        }
    }

    StandaloneCluster cluster() {
        return on.cluster();
    }

    SparkSession spark() {
        return on.spark();
    }

    /** A driver as a process of its own. */
    ClusterProcess driver(String name, Class<?> main, String... arguments) throws IOException {
        return cluster().driver(name, settings, main.getName(), List.of(arguments));
    }

    /** @return what became of the tasks */
    RoundTasks train(String run, RoundTasks tasks, Progress progress) throws Exception {
        var context = spark().sparkContext();
        context.addSparkListener(tasks);
        try {
            Filigree.train(spark(), runs.config(run), progress);
            context.listenerBus().waitUntilEmpty();
        } finally {
            context.removeSparkListener(tasks);
        }
        return tasks;
    }

    void assertThatNothingShows(String run) throws IOException {
        runs.assertSame(run, UNDISTURBED);
    }

    /** The one that a task runs in. */
    ExecutorProcess executor(RoundTasks.Started task) {
        return executor(task.host(), task.executor());
    }

    ExecutorProcess executor(String host, String id) {
        var worker = host.equals(StandaloneCluster.host(0)) ? 0 : 1;
        return cluster().executors(worker).stream()
                .filter(executor -> executor.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** What a test does to the cluster. */
    interface Fault {
        void happens() throws IOException, InterruptedException;
    }

    static void make(Fault fault) {
        try {
            fault.happens();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static Progress after(int round, Fault fault) {
        return new Progress() {
            @Override
            public void round(RoundLoop.Report report, double seconds) {
                if (report.round() == round) {
                    make(fault);
                }
            }
        };
    }

    /** Whatever was lost has come back. */
    void awaitExecutors() throws InterruptedException {
        cluster().awaitExecutors(on.context());
    }

    @Override
    public void close() {
        on.close();
    }
}
