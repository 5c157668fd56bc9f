package org.filigree.trainer;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.filigree.config.RunConfig;
import org.filigree.trainer.forecast.RunForecast;
import org.filigree.trainer.input.Forecasts;
import org.filigree.trainer.input.RunRounds;
import org.filigree.trainer.input.RunSetup;
import org.filigree.trainer.mlflow.MlflowReport;
import org.filigree.trainer.publish.AdapterFiles;
import org.filigree.trainer.publish.PublishedFiles;
import org.filigree.trainer.round.ExecutorUse;
import org.filigree.trainer.round.RoundLoop;
import org.filigree.trainer.run.RunFolder;
import org.filigree.trainer.telemetry.RunTelemetry;

/** A run's inputs, and a Spark session's executors. */
record PreparedOnSpark(Trainee trainee, RunForecast forecast, RunRounds inputs, PublishedFiles published)
        implements TrainingRun.Prepared {

    /** @param environment names MLflow's server, where the configuration wants reports there */
    static PreparedOnSpark of(
            SparkSession spark,
            RunFolder folder,
            RunConfig config,
            Progress progress,
            RunTelemetry telemetry,
            Map<String, String> environment)
            throws IOException {
        MlflowReport.of(config, folder, environment).ifPresent(telemetry::add);
        var setup = RunSetup.of(spark, config);
        progress.prepared(setup.corpus());
        progress.stopIfAsked();
        var context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        var forecast = Forecasts.of(context, config, setup);
        forecast.requireFits();
        progress.forecast(forecast);
        return new PreparedOnSpark(
                Trainee.of(config, setup),
                forecast,
                new RunRounds(context, config, setup),
                new AdapterFiles(folder.files(), config, setup));
    }

    @Override
    public RoundLoop rounds() {
        return inputs.loop();
    }

    @Override
    public List<ExecutorUse> use() {
        return inputs.use();
    }

    @Override
    public void close() {
        inputs.close();
    }
}
