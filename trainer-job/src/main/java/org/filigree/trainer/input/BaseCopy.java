package org.filigree.trainer.input;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.spark.SparkEnv;
import org.filigree.dataprep.files.HadoopFiles;
import org.filigree.format.HuggingFaceFolder;
import org.filigree.model.DataType;
import org.filigree.model.ModelSpec;
import org.filigree.model.Weights;
import org.filigree.trainer.nodecopy.NodeBase;
import org.filigree.trainer.nodecopy.NodeCopies;

/** A base where an executor reads it: its own folder on a local disk, else the node's copy, fetched where there is none. */
record BaseCopy(HadoopFiles files, BaseSettings base) {

    /** A folder on every node's own disk. It is of the machine, as spark.local.dir is, and so Spark's setting. */
    static final String SETTING = "spark.filigree.base.cache";

    /** A model and its weights, not yet in an engine. */
    record Found(ModelSpec spec, Weights weights) {}

    /** @param type that the engine here computes in */
    Found open(DataType type) throws IOException {
        if (files.isLocal(base.folder())) {
            var folder = HuggingFaceFolder.open(files, base.folder());
            return new Found(folder.spec(), folder);
        }
        var copies = new NodeCopies(Path.of(
                SparkEnv.get().conf().get(SETTING, NodeCopies.defaultRoot().toString())));
        var shared = NodeBase.open(copies, files, base.folder(), base.stamp(), type);
        return new Found(shared.spec(), shared);
    }
}
