package org.filigree.chaos;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.filigree.cluster.ClusterProcess;
import org.filigree.cluster.ExecutorProcess;
import org.filigree.cluster.StandaloneCluster;
import org.filigree.trainer.cli.Main;

/** One run on the cluster while its processes are killed: the driver of the moment, and what it has written. */
final class Victims {

    /** A run whose Spark has told nothing for so long hangs. */
    private static final Duration HANG = Duration.ofMinutes(4);

    private final StandaloneCluster cluster;
    private final int workers;
    private final TinyRun run;
    private final Path yaml;
    private final Path events;
    private ClusterProcess driver;
    private DriverEvents seen;
    private int drivers;
    private int epochBefore;
    private int tasksLost;
    private long since = System.currentTimeMillis();

    Victims(StandaloneCluster cluster, int workers, TinyRun run, Path events) throws IOException {
        this.cluster = cluster;
        this.workers = workers;
        this.run = run;
        this.yaml = run.configuration();
        this.events = events;
        startDriver();
    }

    private void startDriver() throws IOException {
        drivers++;
        epochBefore = run.epoch();
        var name = "%s-driver%d".formatted(run.name(), drivers);
        seen = new DriverEvents(events.resolve(name));
        driver = cluster.driver(
                name,
                DriverEvents.settings(events.resolve(name)),
                Main.class.getName(),
                List.of("train", yaml.toString()));
    }

    int drivers() {
        return drivers;
    }

    /** Tasks that ran in an executor when it died. */
    int tasksLost() throws IOException {
        return tasksLost + seen.refreshed().tasksLost();
    }

    /**
     * Waits for the kill's moment and kills.
     *
     * @return what was hit; empty when the run had ended before
     */
    Optional<Doing> hit(Kill kill) throws IOException, InterruptedException {
        if (!reached(kill.moment()) || driver.ends(kill.delay())) {
            return Optional.empty();
        }
        return switch (kill.victim()) {
            case EXECUTOR -> hitExecutor(kill.worker());
            case WORKER -> hitWorker(kill.worker());
            case DRIVER -> hitDriver();
        };
    }

    /** False when the run ended first. */
    private boolean reached(Kill.Moment moment) throws IOException, InterruptedException {
        while (!isNow(moment)) {
            if (driver.ends(Duration.ofMillis(2))) {
                return false;
            }
            requireProgress();
        }
        return true;
    }

    private boolean isNow(Kill.Moment moment) throws IOException {
        return switch (moment) {
            case KILL_BEFORE -> true;
            case ROUND -> seen.refreshed().roundSince(since);
            case CHECKPOINT -> inCheckpoint();
            case PUBLISH -> isPublishing();
        };
    }

    /** What earlier drivers were at when they died still stands. */
    private boolean inCheckpoint() throws IOException {
        var epoch = run.epoch();
        return epoch > epochBefore && run.inCheckpoint(epoch);
    }

    private boolean isPublishing() throws IOException {
        var epoch = run.epoch();
        return epoch > epochBefore && run.isPublishing(epoch);
    }

    /** Where the worker has none just now, another worker's; one that was ending already does not count. */
    private Optional<Doing> hitExecutor(int worker) throws IOException, InterruptedException {
        while (true) {
            for (var i = 0; i < workers; i++) {
                var executor = executor((worker + i) % workers);
                if (executor.isPresent()) {
                    var at = System.currentTimeMillis();
                    if (executor.get().kill()) {
                        return counted(at);
                    }
                }
            }
            if (driver.ends(Duration.ofMillis(20))) {
                return Optional.empty();
            }
            requireProgress();
        }
    }

    /** This driver's: those of one that was killed are about to end by themselves. */
    private Optional<ExecutorProcess> executor(int worker) throws IOException {
        var application = seen.application();
        return cluster.executors(worker).stream()
                .filter(executor -> application.equals(Optional.of(executor.application())))
                .findFirst();
    }

    private Optional<Doing> hitWorker(int worker) throws IOException, InterruptedException {
        var at = System.currentTimeMillis();
        cluster.killWorker(worker);
        cluster.startWorker(worker);
        return counted(at);
    }

    /** A driver whose Spark is stopping has no more use for what was killed. */
    private Optional<Doing> counted(long at) throws IOException {
        if (seen.refreshed().endedBy(at)) {
            return Optional.empty();
        }
        since = at;
        return Optional.of(seen.at(at));
    }

    private Optional<Doing> hitDriver() throws IOException, InterruptedException {
        var at = System.currentTimeMillis();
        if (driver.kill() != ClusterProcess.KILLED) {
            return Optional.empty();
        }
        since = at;
        var doing = seen.refreshed().at(at);
        if (doing == Doing.BETWEEN || doing == Doing.STARTING) {
            if (inCheckpoint()) {
                doing = Doing.CHECKPOINT;
            } else if (isPublishing()) {
                doing = Doing.PUBLISH;
            }
        }
        tasksLost += seen.refreshed().tasksLost();
        startDriver();
        return Optional.of(doing);
    }

    /** Exit code of the run once it has ended. */
    int ended() throws IOException, InterruptedException {
        while (!driver.ends(Duration.ofMillis(200))) {
            requireProgress();
        }
        return driver.exitValue();
    }

    int exitValue() {
        return driver.exitValue();
    }

    /** Trains on after a driver that ended by itself. */
    void again() throws IOException {
        tasksLost += seen.refreshed().tasksLost();
        startDriver();
    }

    String log() throws IOException {
        return driver.log();
    }

    private void requireProgress() throws IOException {
        if (System.nanoTime() - seen.refreshed().lastRead() > HANG.toNanos()) {
            throw new IllegalStateException("%s hangs: Spark has told nothing for %s".formatted(run.name(), HANG));
        }
    }
}
