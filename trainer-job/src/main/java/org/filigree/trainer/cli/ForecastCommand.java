package org.filigree.trainer.cli;

import java.util.concurrent.Callable;
import org.filigree.trainer.Filigree;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code filigree forecast CONF} */
@Command(
        name = "forecast",
        mixinStandardHelpOptions = true,
        description = "What a run will take and move, and which of Spark's settings do not fit; prepares the corpus,"
                + " trains nothing.")
final class ForecastCommand implements Callable<Integer> {

    @Mixin
    private ConfigOptions configuration;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        var config = configuration.read();
        var out = spec.commandLine().getOut();
        try (var spark = SparkSessions.open(
                "forecast " + config.run(), config.averaging().workers())) {
            var forecast = Filigree.forecast(spark, config);
            if (json) {
                out.println(forecast.json());
                out.flush();
            } else {
                new ForecastTable(forecast).print(out);
            }
            return 0;
        }
    }
}
