package org.filigree.trainer.input;

import java.io.IOException;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.config.RunConfig;
import org.filigree.dataprep.CorpusPrep;
import org.filigree.dataprep.files.HadoopFiles;
import org.filigree.dataprep.shard.ShardManifest;
import org.filigree.engine.Engines;
import org.filigree.engine.SessionOptions;
import org.filigree.format.HuggingFaceFolder;
import org.filigree.lora.AdapterInit;
import org.filigree.lora.AdapterPlan;
import org.filigree.lora.AdapterPlanner;
import org.filigree.lora.LoraConfig;
import org.filigree.model.DataType;
import org.filigree.trainer.averaging.AveragingRules;
import org.filigree.trainer.averaging.Pace;
import org.filigree.trainer.forecast.SparkSettings;
import org.filigree.trainer.round.Gathering;
import org.filigree.trainer.round.ResultBytes;

/**
 * A run's configuration against what is there: base, adapter and corpus opened, and everything refused that can be before
 * the first round. Writes nothing but the token shards.
 *
 * @param start the adapter's values before the first step
 * @param lengths tokens of each training row
 * @param steps optimizer steps of the whole run
 */
public record RunSetup(
        HuggingFaceFolder base,
        AdapterPlan plan,
        float[] start,
        CorpusPrep.Result corpus,
        int[] lengths,
        int[] heldOutLengths,
        int steps,
        BaseSettings settings) {

    public static RunSetup of(SparkSession spark, RunConfig config) throws IOException {
        var files = new HadoopFiles(spark.sparkContext().hadoopConfiguration());
        var base = base(files, config.base().path());
        var lora = config.adapter().lora();
        var plan = plan(base, lora);
        var start = start(files, base, plan, config);
        var settings = settings(spark, files.absolute(config.base().path()), base, config);
        var corpus = new CorpusPrep(spark).prepare(config);
        checkFits(base, corpus.manifest());
        var manifest = corpus.manifest();
        return new RunSetup(
                base,
                plan,
                start,
                corpus,
                ShardManifest.lengths(files, corpus.folder(), manifest.train()),
                ShardManifest.lengths(files, corpus.folder(), manifest.heldOut()),
                steps(config.training(), manifest.train().rows()),
                settings);
    }

    /** @param conf of the driver's Spark */
    Gathering gathering(SparkConf conf, RunConfig config) {
        // A reducer would wait for every worker's part.
        return config.averaging().quorum() != null
                ? Gathering.COLLECT
                : Gathering.of(
                        results(config),
                        SparkSettings.of(conf).resultRoom(Runtime.getRuntime().maxMemory()));
    }

    /** Of a round; of the first, where the drift decides on its steps. */
    ResultBytes results(RunConfig config) {
        var averaging = config.averaging();
        var rules = AveragingRules.of(
                averaging, config.training().seed(), config.adapter().name());
        return new ResultBytes(rules.wire(plan), averaging.workers(), localSteps(averaging));
    }

    /** Where they go by the drift, as they begin. */
    static int localSteps(RunConfig.Averaging averaging) {
        return averaging.localSteps() == 0 ? Pace.START.localSteps() : averaging.localSteps();
    }

    private static HuggingFaceFolder base(HadoopFiles files, String path) throws IOException {
        if (!files.isFolder(path)) {
            throw new FiligreeException(
                    Code.CONFIGURATION,
                    "base.path: %s: no such folder; a base is a Hugging Face model folder".formatted(path));
        }
        return HuggingFaceFolder.open(files, path);
    }

    private static AdapterPlan plan(HuggingFaceFolder base, LoraConfig lora) {
        try {
            return AdapterPlanner.plan(base.spec(), lora);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new FiligreeException(Code.CONFIGURATION, "adapter: " + e.getMessage(), e);
        }
    }

    private static float[] start(HadoopFiles files, HuggingFaceFolder base, AdapterPlan plan, RunConfig config)
            throws IOException {
        var adapter = config.adapter();
        if (adapter.method() == RunConfig.Method.FULL) {
            return FirstValues.ofBase(base, plan);
        }
        if (adapter.initFrom() == null) {
            return AdapterInit.values(plan, config.training().seed(), adapter.name());
        }
        return StartingAdapter.values(files, adapter.initFrom(), base.spec(), plan);
    }

    /** {@code auto} is settled on the driver, so that every executor computes alike. */
    private static BaseSettings settings(SparkSession spark, String folder, HuggingFaceFolder base, RunConfig config)
            throws IOException {
        var choice = config.engine();
        var threads = choice.threads() > 0
                ? choice.threads()
                : TaskThreads.of(JavaSparkContext.fromSparkContext(spark.sparkContext()));
        var engine = Engines.find(choice.name());
        var wanted = DataType.valueOf(config.base().dtype().name());
        return new BaseSettings(
                folder,
                base.fingerprint(),
                base.stamp(),
                engine.engine().name(),
                engine.why(),
                choice.device(),
                wanted,
                threads);
    }

    private static void checkFits(HuggingFaceFolder base, ShardManifest manifest) {
        if (manifest.vocabulary() > base.spec().vocabulary() && manifest.tokenizer() == null) {
            throw new FiligreeException(
                    Code.DATA,
                    "data: a row of tokens has the id %d, wanted 0 to %d, the vocabulary of %s"
                            .formatted(manifest.vocabulary() - 1, base.spec().vocabulary() - 1, base.path()));
        }
        if (manifest.vocabulary() > base.spec().vocabulary()) {
            throw new FiligreeException(
                    Code.CONFIGURATION,
                    "the tokenizer does not fit the base: the corpus has token id %d, %s has a vocabulary of %d"
                            .formatted(
                                    manifest.vocabulary() - 1,
                                    base.path(),
                                    base.spec().vocabulary()));
        }
        var labelled = manifest.documentLabels().documents();
        if (labelled > 0) {
            throw new FiligreeException(
                    Code.DATA,
                    "data: %d of %d documents have a label as wholes, %s predicts tokens: wanted labels one a token, or shape text_label"
                            .formatted(
                                    labelled,
                                    manifest.train().documents()
                                            + manifest.heldOut().documents(),
                                    base.path()));
        }
        // Positions restart with each document: a packed row may be longer.
        var longest =
                Math.max(manifest.train().longestDocument(), manifest.heldOut().longestDocument());
        if (longest > base.spec().maxPositions()) {
            throw new FiligreeException(
                    Code.CONFIGURATION,
                    "data.max_length: a document has %d tokens, %s has %d positions"
                            .formatted(longest, base.path(), base.spec().maxPositions()));
        }
    }

    private static int steps(RunConfig.Training training, int rows) {
        if (training.maxSteps() > 0) {
            return training.maxSteps();
        }
        return Math.toIntExact((long) Math.ceil(training.numTrainEpochs() * rows / training.globalBatchSize()));
    }

    /** Gradient checkpointing: {@code auto} keeps activations, which costs memory and saves a third of the work. */
    public static SessionOptions options(RunConfig config) {
        return new SessionOptions(
                Boolean.TRUE.equals(config.training().gradientCheckpointing()), SessionOptions.DEFAULT.headChunk());
    }
}
