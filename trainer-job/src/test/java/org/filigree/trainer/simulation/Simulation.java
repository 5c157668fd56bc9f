package org.filigree.trainer.simulation;

import java.util.List;
import java.util.Random;
import java.util.Set;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.config.RunConfig;
import org.filigree.trainer.run.Failures;

/** One run from its first driver to its last, all of it a function of a seed. */
final class Simulation {

    /** What a driver may blame when files and jobs fail; the configuration is right, and so are the data. */
    private static final Set<Code> RIGHT = Set.of(Code.RETRY, Code.RUN_TIME);

    private static final List<Setting> SETTINGS = List.of(Setting.values());
    private static final int MOST_DISRUPTIONS = 8;

    private final RunConfig config;
    private final Disk disk;
    private final Invariants invariants;
    private final Luck luck;
    private final Scheduler scheduler;

    Simulation(long seed) {
        var random = new Random(seed);
        var setting = SETTINGS.get(random.nextInt(SETTINGS.size()));
        config = setting.config(1 + random.nextInt(3), 1 + random.nextInt(2));
        disk = new Disk(random.nextBoolean());
        invariants = new Invariants(disk, setting);
        luck = new Luck(random, 1 + random.nextInt(MOST_DISRUPTIONS));
        scheduler = new Scheduler(luck, invariants, this::train);
    }

    /** Every event, in order. */
    List<String> trace() {
        return scheduler.trace();
    }

    int times(Luck.Kind kind) {
        return luck.times(kind);
    }

    int blind() {
        return invariants.blind();
    }

    int roundsWithoutSome() {
        return invariants.roundsWithoutSome();
    }

    /** @throws AssertionError with the last events when something does not hold */
    void run() {
        scheduler.run();
        invariants.holdAtTheEnd();
        var version = disk.version();
        scheduler.once();
        if (disk.version() != version) {
            throw new AssertionError("a driver that finds the run done writes all the same");
        }
    }

    private void train(Driver driver) {
        try {
            var files = new DriverFiles(disk, driver, scheduler);
            var outcome = new SimulatedDriver(
                            config,
                            files,
                            (tasks, job) -> scheduler.tasks(driver, tasks, job),
                            scheduler::clock,
                            driver::stopRequested)
                    .train();
            scheduler.tell(driver, "ends: " + outcome.message());
        } catch (Exception e) {
            // As the command does.
            requireRightCode(driver, Failures.explained(e));
        }
    }

    private void requireRightCode(Driver driver, FiligreeException failure) {
        scheduler.tell(driver, "fails with %s: %s".formatted(failure.code(), failure.getMessage()));
        if (!RIGHT.contains(failure.code()) && !(failure.code() == Code.STOPPED && driver.stopRequested())) {
            throw new AssertionError(
                    "%s blames %s: %s".formatted(driver.name(), failure.code(), failure.getMessage()), failure);
        }
    }
}
