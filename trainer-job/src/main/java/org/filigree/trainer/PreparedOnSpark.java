package org.filigree.trainer;

import java.io.IOException;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.filigree.config.RunConfig;
import org.filigree.format.FileTree;
import org.filigree.trainer.forecast.RunForecast;
import org.filigree.trainer.input.Forecasts;
import org.filigree.trainer.input.RunRounds;
import org.filigree.trainer.input.RunSetup;
import org.filigree.trainer.publish.AdapterFiles;
import org.filigree.trainer.publish.PublishedFiles;
import org.filigree.trainer.round.ExecutorUse;
import org.filigree.trainer.round.RoundLoop;

/** A run's inputs, and a Spark session's executors. */
record PreparedOnSpark(Trainee trainee, RunForecast forecast, RunRounds inputs, PublishedFiles published)
        implements TrainingRun.Prepared {

    static PreparedOnSpark of(SparkSession spark, FileTree files, RunConfig config, Progress progress)
            throws IOException {
        var setup = RunSetup.of(spark, config);
        progress.prepared(setup.corpus());
        var context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        var forecast = Forecasts.of(context, config, setup);
        forecast.requireFits();
        progress.forecast(forecast);
        return new PreparedOnSpark(
                Trainee.of(config, setup),
                forecast,
                new RunRounds(context, config, setup),
                new AdapterFiles(files, config, setup));
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
