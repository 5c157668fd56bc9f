package org.filigree.trainer.cli;

import java.util.concurrent.Callable;
import org.filigree.trainer.Filigree;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code filigree prep CONF} */
@Command(
        name = "prep",
        mixinStandardHelpOptions = true,
        description = "Turns the run's corpus into token shards; does nothing where they are there already.")
final class PrepCommand implements Callable<Integer> {

    @Mixin
    private ConfigOptions configuration;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        var config = configuration.read();
        try (var spark =
                SparkSessions.open("prep " + config.run(), Runtime.getRuntime().availableProcessors())) {
            var result = Filigree.prepare(spark, config);
            new ConsoleProgress(spec.commandLine().getOut(), config).prepared(result);
            return 0;
        }
    }
}
