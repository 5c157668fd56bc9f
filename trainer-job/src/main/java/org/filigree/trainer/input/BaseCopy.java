package org.filigree.trainer.input;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkEnv;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.dataprep.files.HadoopFiles;
import org.filigree.format.FileTree;
import org.filigree.format.HuggingFaceFolder;
import org.filigree.format.LocalFiles;
import org.filigree.trainer.nodecopy.CopySource;
import org.filigree.trainer.nodecopy.NodeCopies;

/** A base where an executor reads it: its own folder on a local disk, else the node's copy, fetched where there is none. */
record BaseCopy(HadoopFiles files, BaseSettings base) {

    /** A folder on every node's own disk. It is of the machine, as spark.local.dir is, and so Spark's setting. */
    static final String SETTING = "spark.filigree.base.cache";

    HuggingFaceFolder open() throws IOException {
        if (files.isLocal(base.folder())) {
            return HuggingFaceFolder.open(files, base.folder());
        }
        var copies = new NodeCopies(Path.of(
                SparkEnv.get().conf().get(SETTING, NodeCopies.defaultRoot().toString())));
        return HuggingFaceFolder.open(
                new LocalFiles(),
                copies.get(base.stamp(), new Source(files, base)).toString());
    }

    private record Source(HadoopFiles files, BaseSettings base) implements CopySource {
        @Override
        public List<String> names() throws IOException {
            return HuggingFaceFolder.open(files, base.folder()).modelFiles();
        }

        @Override
        public long size(String name) throws IOException {
            return files.size(FileTree.join(base.folder(), name));
        }

        @Override
        public InputStream open(String name) throws IOException {
            return files.open(FileTree.join(base.folder(), name));
        }

        @Override
        public void checkUnchanged() throws IOException {
            if (!HuggingFaceFolder.open(files, base.folder()).stamp().equals(base.stamp())) {
                throw new FiligreeException(
                        Code.CONFIGURATION,
                        base.folder() + ": has been written again since the run was set up; start the command anew");
            }
        }

        @Override
        public String describe() {
            return base.folder();
        }
    }
}
