package org.filigree.chaos;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.filigree.cluster.StandaloneCluster;

/**
 * Trains one run undisturbed, then the same adapter again and again while processes are killed, until enough kills have been
 * made; after each run compares.
 */
final class Chaos {

    static final int WORKERS = 2;

    /** @param difference null where the run came out as the undisturbed one did */
    record Compared(
            String run,
            Averaging averaging,
            int kills,
            int drivers,
            int tasksLost,
            double seconds,
            String difference) {}

    /** What came of a kill. */
    record Made(Kill kill, Averaging averaging, Doing doing) {}

    /**
     * @param leftOut kills of the seed whose moment did not come before their run ended
     * @param endedByThemselves drivers that gave up with a code that says a retry may help, and were started again
     * @param failure what ended the whole thing early; null where nothing did
     */
    record Result(
            long seed,
            int wanted,
            int killsARun,
            int rounds,
            List<Made> made,
            List<Compared> runs,
            int leftOut,
            int endedByThemselves,
            double undisturbedSeconds,
            double seconds,
            String failure) {

        boolean good() {
            return failure == null && made.size() == wanted;
        }
    }

    private final long seed;
    private final int kills;
    private final int killsARun;
    private final int rounds;
    private final Path root;
    private final PrintWriter out;
    private final List<Made> made = new ArrayList<>();
    private final List<Compared> runs = new ArrayList<>();
    private final Map<Averaging, TinyRun> undisturbed = new EnumMap<>(Averaging.class);
    private final Aim aim;
    private int endedByThemselves;
    private double undisturbedSeconds;
    private Victims victims;

    /**
     * @param killsARun at most
     * @param rounds of each run
     * @param root where quickstart/ is
     */
    Chaos(long seed, int kills, int killsARun, int rounds, Path root, PrintWriter out) {
        this.seed = seed;
        this.kills = kills;
        this.killsARun = killsARun;
        this.rounds = rounds;
        this.root = root;
        this.out = out;
        this.aim = new Aim(seed, WORKERS);
    }

    /** @param folder of all that it writes */
    Result run(Path folder) throws IOException, InterruptedException {
        var began = System.nanoTime();
        var output = Files.createDirectories(folder.resolve("runs"));
        String failure = null;
        try (var cluster = StandaloneCluster.start(WORKERS, 1)) {
            try {
                while (made.size() < kills && failure == null) {
                    var number = runs.size() + 1;
                    var averaging = Averaging.of(seed, number);
                    if (!undisturbed.containsKey(averaging)) {
                        undisturbed.put(averaging, undisturbed(cluster, averaging, folder));
                    }
                    var run = new TinyRun(root, output, "run" + number, rounds, averaging);
                    trainOn(cluster, run, folder);
                    failure = disturbed(run, undisturbed.get(averaging));
                }
            } catch (IllegalStateException e) {
                failure = e.getMessage();
                Files.writeString(folder.resolve("driver.log"), victims.log());
            }
        }
        return new Result(
                seed,
                kills,
                killsARun,
                rounds,
                List.copyOf(made),
                List.copyOf(runs),
                aim.leftOut(),
                endedByThemselves,
                undisturbedSeconds,
                seconds(began),
                failure);
    }

    private TinyRun undisturbed(StandaloneCluster cluster, Averaging averaging, Path folder)
            throws IOException, InterruptedException {
        var began = System.nanoTime();
        var run = new TinyRun(root, folder.resolve("runs"), "undisturbed-" + averaging, rounds, averaging);
        trainOn(cluster, run, folder);
        require(victims.ended() == 0, "the undisturbed run failed");
        undisturbedSeconds += seconds(began);
        out.printf("%6.1f s  %s  %d rounds%n", seconds(began), run.name(), rounds);
        return run;
    }

    private void trainOn(StandaloneCluster cluster, TinyRun run, Path folder) throws IOException {
        victims = new Victims(cluster, WORKERS, run, folder.resolve("events"));
    }

    /** The difference, or null. */
    private String disturbed(TinyRun run, TinyRun undisturbed) throws IOException, InterruptedException {
        var began = System.nanoTime();
        var before = made.size();
        var enough = Math.min(kills, before + killsARun);
        while (true) {
            if (made.size() < enough && hit(run, began)) {
                continue;
            }
            if (victims.ended() == 0) {
                break;
            }
            goOn(run, began);
        }
        if (made.size() < enough) {
            aim.missed(made.size() - before);
        }
        var difference = run.difference(undisturbed).orElse(null);
        var compared = new Compared(
                run.name(),
                run.averaging(),
                made.size() - before,
                victims.drivers(),
                victims.tasksLost(),
                seconds(began),
                difference);
        runs.add(compared);
        out.printf(
                "%6.1f s  %s  %s after %d kills%n",
                seconds(began), run.name(), difference == null ? "the same bytes" : difference, compared.kills());
        return difference == null ? null : run.name() + ": " + difference;
    }

    /** Whether the next kill was made before the run ended. */
    private boolean hit(TinyRun run, long began) throws IOException, InterruptedException {
        var kill = aim.kill();
        var doing = victims.hit(kill);
        doing.ifPresent(d -> {
            made.add(new Made(kill, run.averaging(), d));
            aim.made();
            out.printf("%6.1f s  %s  kill %d: %s in %s%n", seconds(began), run.name(), kill.number(), kill.victim(), d);
        });
        return doing.isPresent();
    }

    /** After a driver that gave up by itself: another, if its code says that it may help. */
    private void goOn(TinyRun run, long began) throws IOException {
        var code = victims.exitValue();
        out.printf(
                "%6.1f s  %s  a driver ended with code %d: %s%n",
                seconds(began), run.name(), code, lastLine(victims.log()));
        require(code == 1 || code == 4, "%s ended with code %d".formatted(run.name(), code));
        endedByThemselves++;
        require(endedByThemselves <= made.size(), "more drivers ended by themselves than processes were killed");
        victims.again();
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }

    private static String lastLine(String log) {
        return log.lines().reduce("", (before, line) -> line);
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }
}
