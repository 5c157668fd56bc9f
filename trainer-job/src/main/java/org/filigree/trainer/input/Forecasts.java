package org.filigree.trainer.input;

import java.util.OptionalLong;
import org.apache.spark.api.java.JavaSparkContext;
import org.filigree.config.RunConfig;
import org.filigree.engine.MemoryForecast;
import org.filigree.trainer.forecast.ExecutorMemory;
import org.filigree.trainer.forecast.RunForecast;
import org.filigree.trainer.forecast.SparkSettings;
import org.filigree.trainer.forecast.TrafficForecast;
import org.filigree.trainer.moments.MomentsFile;

/** The forecast of a run as it is set up, on the cluster as it is. */
public final class Forecasts {

    private Forecasts() {}

    /** Loads the engine on one executor, and no base. */
    public static RunForecast of(JavaSparkContext spark, RunConfig config, RunSetup setup) {
        var facts =
                ExecutorFacts.ask(spark, setup.settings(), setup.base().spec().vocabulary());
        var threads = setup.settings().threads();
        var manifest = setup.corpus().manifest();
        var averaging = config.averaging();
        var sizes = MemoryForecast.of(
                setup.base().spec(),
                setup.plan(),
                facts.type(),
                RunSetup.options(config).withHeadChunk(facts.headChunk()),
                facts.lanes());
        var executor = new ExecutorMemory(
                sizes,
                TaskThreads.tasksAtOnce(spark, averaging.workers()),
                Math.max(manifest.train().longest(), manifest.heldOut().longest()));
        var traffic = TrafficForecast.of(
                setup.results(config),
                setup.gathering(spark.getConf(), config),
                TaskThreads.executors(spark),
                setup.base().parameters());
        var settings = SparkSettings.of(spark.getConf());
        var localSteps = RunSetup.localSteps(averaging);
        var microBatch = config.training().microBatchSize();
        var outsideHeap = facts.device().equals("cpu") ? executor.needed(microBatch) : 0;
        var available = available(facts, settings);
        var ofAStep = Math.max(1, config.training().globalBatchSize() / averaging.workers());
        var trainable = setup.plan().layout().size();
        var keeps = averaging.innerState() == RunConfig.InnerState.KEEP;
        var heap = executor.heap(trainable, keeps ? TaskThreads.workersOfAnExecutor(spark, averaging.workers()) : 0);
        return new RunForecast(
                facts.reason(),
                new RunForecast.Memory(
                        sizes.base(),
                        executor.sessions(microBatch) / executor.tasks(),
                        executor.tasks(),
                        executor.needed(microBatch),
                        heap,
                        available.isPresent() ? available.getAsLong() : null,
                        microBatch,
                        executor.longest(),
                        available.isPresent()
                                ? executor.largest(available.getAsLong(), Math.max(ofAStep, microBatch))
                                : null),
                traffic,
                keeps ? averaging.workers() * MomentsFile.bytes(trainable) : 0,
                new RunForecast.Work(
                        manifest.train().rows(),
                        manifest.train().tokens(),
                        manifest.train().targets(),
                        setup.steps(),
                        (setup.steps() + localSteps - 1) / localSteps,
                        averaging.exchange().name().toLowerCase(java.util.Locale.ROOT)),
                settings.misfits(outsideHeap, heap, traffic, threads));
    }

    /** Of a GPU's memory nobody tells here. */
    private static OptionalLong available(ExecutorFacts facts, SparkSettings settings) {
        if (!facts.device().equals("cpu")) {
            return OptionalLong.empty();
        }
        var allowed = settings.nativeAllowed();
        return allowed.isEmpty() || facts.available().isEmpty()
                ? (allowed.isEmpty() ? facts.available() : allowed)
                : OptionalLong.of(
                        Math.min(allowed.getAsLong(), facts.available().getAsLong()));
    }
}
