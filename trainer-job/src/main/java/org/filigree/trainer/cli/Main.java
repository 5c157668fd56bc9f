package org.filigree.trainer.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import org.filigree.config.FiligreeException.Code;
import org.filigree.trainer.run.Failures;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line: {@code filigree COMMAND}. A user's mistake is one line on standard error and an exit code. */
@Command(
        name = "filigree",
        description = "Trains LoRA adapters on Apache Spark.",
        mixinStandardHelpOptions = true,
        version = "filigree 0.1.0",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            QuickstartCommand.class,
            PrepCommand.class,
            ForecastCommand.class,
            TrainCommand.class,
            EvaluateCommand.class,
            GenerateCommand.class,
            MergeCommand.class,
            InspectCommand.class,
            SchemaCommand.class
        },
        footer = {
            "",
            "The launcher bin/filigree also takes --master URL (spark://host:7077, yarn,",
            "k8s://...) to go through spark-submit, --verbose for Spark's own log, and the",
            "commands build, test and chaos.",
            "",
            "Exit codes: 0 done or nothing to do, 1 run time, 2 configuration, 3 data,",
            "4 a retry may help, 5 diverged, 143 stopped."
        })
public final class Main {

    @Option(names = "--debug", description = "Print the stack of an error.", scope = CommandLine.ScopeType.INHERIT)
    private boolean debug;

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(run(new PrintWriter(System.out, true, UTF_8), new PrintWriter(System.err, true, UTF_8), arguments));
    }

    /** Runs one command and returns its exit code. */
    public static int run(PrintWriter out, PrintWriter err, String... arguments) {
        var main = new Main();
        try {
            return execute(main, out, err, arguments);
        } catch (OutOfMemoryError e) {
            err.println("filigree: Java's heap is too small (%s): FILIGREE_JAVA_OPTS=-Xmx8g, or --driver-memory"
                    .formatted(e.getMessage()));
            return Code.RUN_TIME.exit();
        }
    }

    private static int execute(Main main, PrintWriter out, PrintWriter err, String... arguments) {
        return new CommandLine(main)
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((wrong, all) -> {
                    err.println("filigree: " + wrong.getMessage() + "; filigree --help lists commands and options");
                    return Code.CONFIGURATION.exit();
                })
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    var shown = Failures.explained(failure);
                    err.println("filigree: " + shown.getMessage());
                    if (main.debug) {
                        failure.printStackTrace(err);
                    }
                    return shown.code().exit();
                })
                .execute(arguments);
    }
}
