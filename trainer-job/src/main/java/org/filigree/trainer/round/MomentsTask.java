package org.filigree.trainer.round;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
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
    private static final int PARTS = 4;

    /** What {@link #saved} reads: in a caller's session Kryo knows no record. */
    byte[] write(int worker) {
        try (var lease = ExecutorCache.OF_THIS_JVM.lease(input)) {
            var found = kept.find(lease, worker);
            // A copy of this task writes at the same time; the manifest names the file of the one that won.
            var path = "%s/moments-%05d-%d.bin"
                    .formatted(folder, worker, TaskContext.get().taskAttemptId());
            var entry = new MomentsFile(lease.files(), runFolder).write(path, found.moments());
            kept.leave(worker, kept.round(), found.moments());
            lease.succeeded();
            var origin = new String(lease.origin().toBytes(), StandardCharsets.UTF_8);
            return String.join(BETWEEN, entry.path(), Long.toString(entry.size()), entry.sha256(), origin)
                    .getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** @param written by worker */
    static SavedMoments saved(List<byte[]> written) {
        var parts = written.stream()
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8).split(BETWEEN, PARTS))
                .toList();
        return new SavedMoments(
                parts.stream()
                        .map(part -> new Entry(part[0], Long.parseLong(part[1]), part[2]))
                        .toList(),
                parts.stream()
                        .map(part -> Origin.fromBytes(ByteBuffer.wrap(part[3].getBytes(StandardCharsets.UTF_8))))
                        .distinct()
                        .toList());
    }
}
