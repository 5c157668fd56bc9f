package org.filigree.chaos;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.filigree.cluster.StandaloneCluster;

/**
 * Trains one run undisturbed, then the same adapter again and again while processes are killed, until enough kills have been
 * made; after each run compares.
 */
final class Chaos {

    static final int WORKERS = 2;

    /** @param difference null where the run came out as the undisturbed one did */
    record Compared(String run, int kills, int drivers, int tasksLost, double seconds, String difference) {}

    /** What came of a kill. */
    record Made(Kill kill, Doing doing) {}

    /**
     * @param endedByThemselves drivers that gave up with a code that says a retry may help, and were started again
     * @param failure what ended the whole thing early; null where nothing did
     */
    record Result(
            long seed,
            int wanted,
            int rounds,
            List<Made> made,
            List<Compared> runs,
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
    private final int rounds;
    private final Path root;
    private final PrintWriter out;
    private final List<Made> made = new ArrayList<>();
    private final List<Compared> runs = new ArrayList<>();
    private int endedByThemselves;

    /**
     * @param rounds of each run
     * @param root where quickstart/ is
     */
    Chaos(long seed, int kills, int rounds, Path root, PrintWriter out) {
        this.seed = seed;
        this.kills = kills;
        this.rounds = rounds;
        this.root = root;
        this.out = out;
    }

    /** @param folder of all that it writes */
    Result run(Path folder) throws IOException, InterruptedException {
        var began = System.nanoTime();
        var output = Files.createDirectories(folder.resolve("runs"));
        var events = folder.resolve("events");
        var undisturbedSeconds = 0.0;
        String failure = null;
        try (var cluster = StandaloneCluster.start(WORKERS, 1)) {
            var undisturbed = new TinyRun(root, output, "undisturbed", rounds);
            var alone = new Victims(cluster, WORKERS, undisturbed, events);
            if (alone.ended() != 0) {
                throw new IllegalStateException("the undisturbed run failed:\n" + alone.log());
            }
            undisturbedSeconds = seconds(began);
            out.printf("undisturbed: %d rounds in %.1f s%n", rounds, undisturbedSeconds);
            while (made.size() < kills && failure == null) {
                failure = disturbed(
                        cluster, new TinyRun(root, output, "run" + (runs.size() + 1), rounds), undisturbed, events);
            }
        } catch (IllegalStateException e) {
            failure = e.getMessage();
        }
        return new Result(
                seed,
                kills,
                rounds,
                List.copyOf(made),
                List.copyOf(runs),
                endedByThemselves,
                undisturbedSeconds,
                seconds(began),
                failure);
    }

    /** The difference, or null. */
    private String disturbed(StandaloneCluster cluster, TinyRun run, TinyRun undisturbed, Path events)
            throws IOException, InterruptedException {
        var began = System.nanoTime();
        var before = made.size();
        var victims = new Victims(cluster, WORKERS, run, events);
        while (true) {
            if (made.size() < kills) {
                var kill = Kill.of(seed, made.size() + 1, WORKERS);
                var doing = victims.hit(kill);
                if (doing.isPresent()) {
                    made.add(new Made(kill, doing.get()));
                    out.printf(
                            "%6.1f s  %s  kill %d: %s in %s%n",
                            seconds(began), run.name(), kill.number(), kill.victim(), doing.get());
                    continue;
                }
            }
            var code = victims.ended();
            if (code == 0) {
                break;
            }
            if (code != 1 && code != 4) {
                throw new IllegalStateException(
                        "%s ended with code %d:%n%s".formatted(run.name(), code, victims.log()));
            }
            if (++endedByThemselves > made.size()) {
                throw new IllegalStateException(
                        "drivers end by themselves more often than processes are killed:\n" + victims.log());
            }
            out.printf(
                    "%6.1f s  %s  ended with code %d: %s%n", seconds(began), run.name(), code, lastLine(victims.log()));
            victims.again();
        }
        var difference = run.difference(undisturbed).orElse(null);
        var compared = new Compared(
                run.name(), made.size() - before, victims.drivers(), victims.tasksLost(), seconds(began), difference);
        runs.add(compared);
        out.printf(
                "%6.1f s  %s  %s after %d kills%n",
                seconds(began), run.name(), difference == null ? "the same bytes" : difference, compared.kills());
        return difference == null ? null : run.name() + ": " + difference;
    }

    private static String lastLine(String log) {
        return log.lines().reduce("", (before, line) -> line);
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }
}
