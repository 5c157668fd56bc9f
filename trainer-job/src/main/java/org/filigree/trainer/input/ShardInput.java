package org.filigree.trainer.input;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.filigree.dataprep.files.HadoopFiles;
import org.filigree.dataprep.shard.ShardManifest;
import org.filigree.dataprep.shard.ShardReader;
import org.filigree.engine.Base;
import org.filigree.engine.SessionOptions;
import org.filigree.format.FileTree;
import org.filigree.format.HuggingFaceFolder;
import org.filigree.format.PeftAdapter;
import org.filigree.lora.AdapterPlan;
import org.filigree.lora.AdapterPlanner;
import org.filigree.lora.LoraConfig;
import org.filigree.model.ModelSpec;
import org.filigree.trainer.order.RowOrder;
import org.filigree.trainer.round.WorkerInput;

/** A base folder and a folder of token shards, on any Hadoop filesystem. */
public final class ShardInput implements WorkerInput {

    private static final long serialVersionUID = 1;

    /** Row groups that a reader keeps: two windows of the order, the one it leaves and the one it enters. */
    private static final int GROUPS_HELD = 2 * RowOrder.WINDOW;

    private final Broadcast<SerializableConfiguration> hadoop;
    private final BaseSettings base;
    private final LoraConfig lora;
    private final SessionOptions options;
    private final Load load;
    private final String corpus;
    private final String corpusFingerprint;

    /**
     * The most that a task works on at once, for the memory it needs.
     *
     * @param microBatch rows
     * @param longest tokens of the longest row
     * @param tasks of a JVM at once
     */
    public record Load(int microBatch, int longest, int tasks) implements java.io.Serializable {}

    /**
     * @param lora null to train every weight
     * @param corpus folder of the token shards
     */
    public ShardInput(
            Broadcast<SerializableConfiguration> hadoop,
            BaseSettings base,
            LoraConfig lora,
            SessionOptions options,
            Load load,
            String corpus,
            String corpusFingerprint) {
        this.hadoop = hadoop;
        this.base = base;
        this.lora = lora;
        this.options = options;
        this.load = load;
        this.corpus = corpus;
        this.corpusFingerprint = corpusFingerprint;
    }

    private Configuration configuration() {
        return hadoop.value().value();
    }

    @Override
    public String baseFingerprint() {
        return base + " on " + AssignedDevice.ofTask(base.device());
    }

    @Override
    public FileTree files() {
        return new HadoopFiles(configuration());
    }

    @Override
    public Base load() {
        var choice = base.choose();
        try {
            var found = new BaseCopy(new HadoopFiles(configuration()), base).open(choice.type());
            new MemoryCheck(found.spec(), choice, options, load).check(plan(found.spec()));
            return Base.load(choice.open(), found.spec(), found.weights());
        } catch (IOException e) {
            throw new UncheckedIOException(base.folder() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public SessionOptions options() {
        return options;
    }

    @Override
    public AdapterPlan plan(ModelSpec spec) {
        return AdapterPlanner.plan(spec, lora);
    }

    @Override
    public float[] published(String folder, AdapterPlan plan) {
        var files = files();
        try {
            return lora == null
                    ? FirstValues.ofBase(HuggingFaceFolder.open(files, folder), plan)
                    : PeftAdapter.open(files, folder).values(plan);
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": " + e.getMessage(), e);
        }
    }

    @Override
    public String corpusFingerprint() {
        return corpusFingerprint;
    }

    @Override
    public Rows rows(Side side) {
        try {
            var manifest = ShardManifest.read(files(), corpus);
            var split = side == Side.TRAIN ? manifest.train() : manifest.heldOut();
            return new ShardReader(configuration(), corpus, split, GROUPS_HELD)::row;
        } catch (IOException e) {
            throw new UncheckedIOException(corpus + ": " + e.getMessage(), e);
        }
    }
}
