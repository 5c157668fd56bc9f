package org.filigree.trainer.input;

import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.filigree.config.RunConfig;
import org.filigree.trainer.order.RowOrder;
import org.filigree.trainer.round.ExecutorUse;
import org.filigree.trainer.round.RoundLoop;
import org.filigree.trainer.round.SparkRound;
import org.filigree.trainer.round.WorkerInput;

/** The rounds of a run over its base and shards, with the Hadoop configuration that executors read them by. */
public final class RunRounds implements AutoCloseable {

    private final JavaSparkContext spark;
    private final RunConfig config;
    private final RunSetup setup;
    private final Broadcast<SerializableConfiguration> hadoop;
    private final WorkerInput input;
    private final RoundLoop loop;

    public RunRounds(JavaSparkContext spark, RunConfig config, RunSetup setup) {
        this.spark = spark;
        this.config = config;
        this.setup = setup;
        this.hadoop = spark.broadcast(new SerializableConfiguration(spark.hadoopConfiguration()));
        this.input = input();
        this.loop = rounds();
    }

    @Override
    public void close() {
        loop.close();
        hadoop.destroy();
    }

    /** Not to be used once this is closed. */
    public RoundLoop loop() {
        return loop;
    }

    /** What the executors took so far. */
    public List<ExecutorUse> use() {
        return ExecutorUse.ask(spark, input);
    }

    private WorkerInput input() {
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

    private RoundLoop rounds() {
        var manifest = setup.corpus().manifest();
        var order = new RowOrder(
                manifest.fingerprint(),
                config.training().seed(),
                manifest.train().groupRows(),
                config.data().shuffle(),
                RowOrder.WINDOW);
        return new RoundLoop(
                new SparkRound(spark, input, setup.plan(), setup.gathering(spark.getConf(), config)),
                config.adapter().name(),
                config.training(),
                config.averaging(),
                order,
                setup.lengths(),
                setup.steps(),
                row -> "row %d of %s".formatted(row, setup.corpus().folder()));
    }
}
