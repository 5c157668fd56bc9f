package org.filigree.trainer.round;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import org.apache.spark.TaskContext;
import org.filigree.trainer.moments.MomentsFile;
import org.filigree.trainer.run.CheckpointStore.Entry;

/**
 * One worker's task of a checkpoint: writes the moments that it keeps, from where they are.
 *
 * @param folder of the checkpoint, below {@code runFolder}
 */
record MomentsTask(WorkerInput input, KeptMoments kept, String runFolder, String folder) implements Serializable {

    private static final String BETWEEN = "\n";

    /** What {@link #entry} reads: in a caller's session Kryo knows no record. */
    String write(int worker) {
        try (var lease = ExecutorCache.OF_THIS_JVM.lease(input)) {
            var found = kept.find(lease, worker);
            // A copy of this task writes at the same time; the manifest names the file of the one that won.
            var path = "%s/moments-%05d-%d.bin"
                    .formatted(folder, worker, TaskContext.get().taskAttemptId());
            var entry = new MomentsFile(lease.files(), runFolder).write(path, found.moments());
            kept.leave(worker, kept.round(), found.moments());
            lease.succeeded();
            return String.join(BETWEEN, entry.path(), Long.toString(entry.size()), entry.sha256());
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    static Entry entry(String written) {
        var parts = written.split(BETWEEN, -1);
        return new Entry(parts[0], Long.parseLong(parts[1]), parts[2]);
    }
}
