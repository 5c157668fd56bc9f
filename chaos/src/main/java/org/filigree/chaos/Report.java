package org.filigree.chaos;

import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A result as Markdown. */
final class Report {

    private Report() {}

    static String of(Chaos.Result result) {
        var text = new StringBuilder();
        text.append("# Chaos, seed %d: %s%n%n".formatted(result.seed(), verdict(result)));
        text.append(String.format(
                Locale.ROOT,
                """
                %d kills by SIGKILL in %.0f s, over %d runs of %d rounds on a standalone cluster of %d workers (master, workers,
                executors and driver are processes of their own); the undisturbed runs, one for each averaging, took %.0f s. After each run the adapter's
                bytes, and of every round the number, losses, tokens and norm in events.jsonl, are compared with the undisturbed
                run's. Mismatches: %d. Tasks that died with their executor: %d. Drivers that gave up by themselves, with a code
                that says a retry may help: %d. Kills of the seed left out, as their run ended before their moment: %d.

                Again: `bin/filigree chaos --kills %d --rounds %d --seed %d`. The seed decides whom each kill hits, after which moment and how
                long after it, and the way of averaging to begin with; what the victim is doing then depends on the machine's timing, and
                differs from run to run. The ways take turns, a run each, with at most %d kills a run. A quorum is not among them: who is in
                time decides what comes out.
                """,
                result.made().size(),
                result.seconds(),
                result.runs().size(),
                result.rounds(),
                Chaos.WORKERS,
                result.undisturbedSeconds(),
                result.runs().stream().filter(run -> run.difference() != null).count(),
                result.runs().stream().mapToInt(Chaos.Compared::tasksLost).sum(),
                result.endedByThemselves(),
                result.leftOut(),
                result.wanted(),
                result.rounds(),
                result.seed(),
                result.killsARun()));
        kills(text, result);
        runs(text, result);
        return text.toString();
    }

    private static String verdict(Chaos.Result result) {
        return result.good() ? "no byte differs" : "FAILED: " + result.failure();
    }

    private static void kills(StringBuilder text, Chaos.Result result) {
        header(text, "the run was in");
        for (var doing : Doing.values()) {
            row(text, doing.toString(), result, made -> made.doing() == doing);
        }
        row(text, "all", result, made -> true);
        header(text, "averaging of the run");
        for (var averaging : Averaging.values()) {
            row(text, averaging.toString(), result, made -> made.averaging() == averaging);
        }
        text.append('\n');
    }

    private static void header(StringBuilder text, String of) {
        text.append("\n| %s | executor | worker | driver | all |\n| --- | --- | --- | --- | --- |\n".formatted(of));
    }

    private static void row(
            StringBuilder text, String name, Chaos.Result result, Function<Chaos.Made, Boolean> counts) {
        var byVictim = result.made().stream()
                .filter(counts::apply)
                .collect(Collectors.groupingBy(made -> made.kill().victim(), Collectors.counting()));
        text.append("| %s | %d | %d | %d | %d |%n"
                .formatted(
                        name,
                        byVictim.getOrDefault(Kill.Victim.EXECUTOR, 0L),
                        byVictim.getOrDefault(Kill.Victim.WORKER, 0L),
                        byVictim.getOrDefault(Kill.Victim.DRIVER, 0L),
                        byVictim.values().stream().mapToLong(Long::longValue).sum()));
    }

    private static void runs(StringBuilder text, Chaos.Result result) {
        text.append("| run | averaging | kills | drivers | tasks lost | seconds | against the undisturbed run |\n");
        text.append("| --- | --- | --- | --- | --- | --- | --- |\n");
        for (var run : result.runs()) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %d | %d | %d | %.0f | %s |%n",
                    run.run(),
                    run.averaging().yaml(),
                    run.kills(),
                    run.drivers(),
                    run.tasksLost(),
                    run.seconds(),
                    run.difference() == null ? "the same bytes, every round once" : run.difference()));
        }
    }
}
