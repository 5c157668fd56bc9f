package org.filigree.trainer.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.filigree.trainer.simulation.Luck.Kind;

/**
 * Lets one driver move at a time, and decides at each of its moments who moves next, who is killed, paused or told to
 * stop, what fails, and when somebody starts the run once more.
 */
final class Scheduler implements Fate {

    private static final int MOST_DRIVERS = 50;
    private static final int MOST_MOMENTS = 50_000;
    private static final int SHORT_PAUSE = 200;
    private static final int FULL = 100;
    private static final long NANOS_A_MOMENT = 1_000_000;

    private final Luck luck;
    private final Invariants invariants;
    private final Consumer<Driver> work;
    private final List<Driver> drivers = new ArrayList<>();
    private final List<String> trace = new ArrayList<>();
    private final Semaphore over = new Semaphore(0);
    private long moments;
    private long fullUntil;
    private Throwable failure;

    /** @param work of a driver, from its start to its end */
    Scheduler(Luck luck, Invariants invariants, Consumer<Driver> work) {
        this.luck = luck;
        this.invariants = invariants;
        this.work = work;
    }

    /** Until the run is done and every driver has ended. */
    void run() {
        start().pass();
        over.acquireUninterruptibly();
        if (failure != null) {
            var last = trace.subList(Math.max(0, trace.size() - 300), trace.size());
            throw new AssertionError(failure.getMessage() + "\n" + String.join("\n", last), failure);
        }
    }

    /** One more driver, after the end, and nothing happens to it. */
    void once() {
        luck.ends();
        fullUntil = 0;
        run();
    }

    List<String> trace() {
        return trace;
    }

    /** Nanoseconds. */
    long clock() {
        return moments * NANOS_A_MOMENT;
    }

    void tell(Driver driver, String what) {
        trace.add(driver.name() + " " + what);
    }

    private Driver start() {
        if (drivers.size() == MOST_DRIVERS) {
            throw new AssertionError("the run is not done after %d drivers".formatted(MOST_DRIVERS));
        }
        var driver = new Driver("driver " + (drivers.size() + 1));
        drivers.add(driver);
        var thread = new Thread(() -> live(driver), driver.name());
        thread.setDaemon(true);
        thread.start();
        return driver;
    }

    private void live(Driver driver) {
        driver.await();
        try {
            requireAlive(driver);
            work.accept(driver);
        } catch (Killed e) {
            tell(driver, "is dead");
        } catch (Throwable e) {
            fail(e);
        }
        driver.end();
        handOn();
    }

    /** Ends all drivers. */
    private void fail(Throwable reason) {
        if (failure == null) {
            failure = reason;
        }
        drivers.forEach(Driver::kill);
    }

    private static void requireAlive(Driver driver) {
        if (driver.dead()) {
            throw new Killed();
        }
    }

    /** Whoever moves after a driver's end. */
    private void handOn() {
        Driver next;
        try {
            invariants.hold();
            next = following();
        } catch (AssertionError e) {
            fail(e);
            next = following();
        }
        if (next == null) {
            over.release();
        } else {
            next.pass();
        }
    }

    /** Null when all is over. */
    private Driver following() {
        var living = drivers.stream().filter(Driver::lives).toList();
        if (failure != null) {
            return living.isEmpty() ? null : living.get(0);
        }
        var awake = living.stream().filter(driver -> driver.awake(moments)).toList();
        if (!awake.isEmpty()) {
            return luck.any(awake);
        }
        if (living.isEmpty()) {
            return invariants.done() ? null : start();
        }
        if (!invariants.done() && luck.lasts() && luck.either()) {
            return start();
        }
        var woken = luck.any(living);
        woken.sleep(0);
        tell(woken, "goes on");
        return woken;
    }

    @Override
    public void moment(Driver driver, String what) {
        requireAlive(driver);
        driver.operates();
        moments++;
        var next = watched(() -> {
            requireEnd();
            invariants.hold();
            return next(driver);
        });
        if (next != driver) {
            next.pass();
            driver.await();
        }
        requireAlive(driver);
        tell(driver, what);
    }

    private void requireEnd() {
        if (moments > MOST_MOMENTS) {
            throw new AssertionError("no end after %d moments".formatted(moments));
        }
    }

    /** What is found ends all drivers, whatever they would do with it. */
    private <T> T watched(Supplier<T> check) {
        try {
            return check.get();
        } catch (AssertionError e) {
            fail(e);
            throw new Killed();
        }
    }

    private Driver next(Driver driver) {
        if (luck.has(Kind.KILL)) {
            var victim = luck.any(drivers.stream().filter(Driver::lives).toList());
            victim.kill();
            tell(victim, "is killed");
            return victim;
        }
        if (luck.has(Kind.STOP)) {
            driver.stop();
            tell(driver, "is told to stop");
        }
        if (luck.has(Kind.START_BESIDE)) {
            return start();
        }
        if (luck.has(Kind.PAUSE)) {
            driver.sleep(luck.either() ? moments + luck.below(SHORT_PAUSE) : Long.MAX_VALUE);
            tell(driver, "is paused");
            return following();
        }
        return luck.changes() ? following() : driver;
    }

    @Override
    public void replaces(Driver driver, String path, Driver.Look look) {
        watched(() -> {
            invariants.replaces(driver.name(), path, look);
            return null;
        });
    }

    @Override
    public boolean fails(Driver driver) {
        return told(driver, luck.has(Kind.FAILURE), "^ fails");
    }

    private boolean told(Driver driver, boolean happens, String what) {
        if (happens) {
            tell(driver, what);
        }
        return happens;
    }

    @Override
    public boolean fullOrFails(Driver driver) {
        if (luck.has(Kind.FULL_DISK)) {
            fullUntil = moments + luck.below(FULL);
        }
        return told(driver, moments < fullUntil, "^ finds the disk full") || fails(driver);
    }

    @Override
    public boolean killedWriting(Driver driver) {
        var killed = told(driver, luck.has(Kind.KILL_IN_A_WRITE), "^ is killed in it");
        if (killed) {
            driver.kill();
        }
        return killed;
    }

    @Override
    public byte[] cutOff(byte[] bytes) {
        return luck.cutOff(bytes);
    }

    @Override
    public void shuffle(List<?> items) {
        luck.shuffle(items);
    }

    /** Tasks in the order in which they end; some end twice, as a task does that was lost or run speculatively. */
    List<Integer> tasks(Driver driver, int count, String job) {
        var order = new ArrayList<Integer>();
        for (var task = 0; task < count; task++) {
            order.add(task);
            if (luck.has(Kind.TASK_AGAIN)) {
                order.add(task);
            }
        }
        luck.shuffle(order);
        for (var task : order) {
            moment(driver, "task %d of %s".formatted(task, job));
            if (fails(driver)) {
                Scheduler.<RuntimeException>failJob(job + ": simulated failure");
            }
        }
        return order;
    }

    /** As Spark does, with a checked exception that nobody declares. */
    @SuppressWarnings("unchecked")
    private static <E extends Exception> void failJob(String reason) throws E {
        throw (E) new Exception(reason);
    }
}
