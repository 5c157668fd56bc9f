package org.filigree.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.filigree.format.LocalFiles;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code filigree chaos}: 0 when no byte differs, 1 when one does or a run does not end, 2 for a wrong option. */
@Command(
        name = "filigree chaos",
        mixinStandardHelpOptions = true,
        description = {
            "Trains a tiny model on a Spark cluster of real processes on this machine, kills executors, workers and the driver",
            "at random, one way of averaging after the other, goes on until enough kills have been made, and compares every run",
            "with one that nobody disturbed."
        })
public final class Main implements Callable<Integer> {

    @Option(names = "--kills", paramLabel = "N", defaultValue = "100", description = "Kills to make. Default: 100.")
    private int kills;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "80", description = "Of each run. Default: 80.")
    private int rounds;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "Of whom, when, how long after, and the way of averaging to begin with. Default: 1.")
    private long seed;

    @Option(names = "--out", paramLabel = "FILE", description = "The report, as Markdown. Default: standard output.")
    private Path report;

    @Spec
    private CommandSpec spec;

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(run(new PrintWriter(System.out, true, UTF_8), new PrintWriter(System.err, true, UTF_8), arguments));
    }

    /** Runs the command and returns its exit code. */
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        return new CommandLine(new Main())
                .setOut(out)
                .setErr(err)
                .setParameterExceptionHandler((wrong, all) -> {
                    err.println("filigree chaos: " + wrong.getMessage());
                    return 2;
                })
                .execute(arguments);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var out = spec.commandLine().getOut();
        require("--kills", kills);
        require("--rounds", rounds);
        var folder = Files.createTempDirectory("filigree-chaos");
        var root = Path.of(System.getProperty("filigree.root"));
        var result = new Chaos(seed, kills, Averaging.killsARun(kills), rounds, root, out).run(folder);
        var text = Report.of(result);
        if (report == null) {
            out.println(text);
        } else {
            Files.writeString(report, text);
        }
        if (result.good()) {
            new LocalFiles().delete(folder.toString());
            return 0;
        }
        spec.commandLine()
                .getErr()
                .println(
                        "filigree chaos: %s; what was written is in %s; again: bin/filigree chaos --kills %d --rounds %d --seed %d"
                                .formatted(result.failure(), folder, kills, rounds, seed));
        return 1;
    }

    private void require(String option, int found) {
        if (found < 1) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "%s: found %d, wanted 1 or more".formatted(option, found));
        }
    }
}
