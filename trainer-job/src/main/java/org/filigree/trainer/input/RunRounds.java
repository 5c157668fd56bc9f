package org.filigree.trainer.input;

import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.filigree.config.RunConfig;
import org.filigree.trainer.order.RowOrder;
import org.filigree.trainer.round.RoundLoop;
import org.filigree.trainer.round.SparkRound;
import org.filigree.trainer.round.WorkerInput;

/** The rounds of a run over its base and shards. */
public final class RunRounds {

    private RunRounds() {}

    /** @param hadoop lives as long as the rounds */
    public static RoundLoop of(
            JavaSparkContext spark, Broadcast<SerializableConfiguration> hadoop, RunConfig config, RunSetup setup) {
        return of(spark, input(spark, hadoop, config, setup), config, setup);
    }

    /** What the run's tasks work on. */
    public static WorkerInput input(
            JavaSparkContext spark, Broadcast<SerializableConfiguration> hadoop, RunConfig config, RunSetup setup) {
        var manifest = setup.corpus().manifest();
        var longest = Math.max(manifest.train().longest(), manifest.heldOut().longest());
        return new ShardInput(
                hadoop,
                setup.settings(),
                config.adapter().lora(),
                RunSetup.options(config),
                new ShardInput.Load(
                        config.training().microBatchSize(),
                        longest,
                        TaskThreads.tasksAtOnce(spark, config.averaging().workers())),
                setup.corpus().folder(),
                manifest.fingerprint());
    }

    /** The rounds over that input. */
    public static RoundLoop of(JavaSparkContext spark, WorkerInput input, RunConfig config, RunSetup setup) {
        var manifest = setup.corpus().manifest();
        var order = new RowOrder(
                manifest.fingerprint(),
                config.training().seed(),
                manifest.train().groupRows(),
                config.data().shuffle(),
                RowOrder.WINDOW);
        return new RoundLoop(
                new SparkRound(spark, input),
                config.adapter().name(),
                config.training(),
                config.averaging(),
                order,
                setup.lengths(),
                setup.steps(),
                row -> "row %d of %s".formatted(row, setup.corpus().folder()));
    }
}
