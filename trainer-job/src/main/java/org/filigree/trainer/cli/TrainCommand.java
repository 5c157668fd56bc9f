package org.filigree.trainer.cli;

import java.util.concurrent.Callable;
import org.filigree.config.RunConfigWriter;
import org.filigree.trainer.Filigree;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code filigree train CONF} */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description = "Prepares the corpus, trains the adapter and publishes it; goes on with an unfinished run.")
final class TrainCommand implements Callable<Integer> {

    @Mixin
    private ConfigOptions configuration;

    @Option(names = "--print-config", description = "Print what the configuration resolves to, and train nothing.")
    private boolean printConfig;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        var config = configuration.read();
        var out = spec.commandLine().getOut();
        if (printConfig) {
            out.print(RunConfigWriter.writeWithoutSecrets(config));
            out.flush();
            return 0;
        }
        try (var stop = StopSignal.listening();
                var spark = SparkSessions.open(config.run(), config.averaging().workers())) {
            stop.drops(spark.sparkContext()::cancelAllJobs);
            var outcome = Filigree.train(spark, config, new ConsoleProgress(out, config) {
                @Override
                public boolean stopRequested() {
                    return stop.received();
                }

                @Override
                public void saveBegins() {
                    stop.saveBegins();
                }

                @Override
                public void saveEnds() {
                    stop.saveEnds();
                }
            });
            new OutcomeTable(config, outcome).print(out);
            return outcome.code();
        }
    }
}
