package org.filigree.trainer.run;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import org.filigree.config.FiligreeException;
import org.filigree.format.FileTree;

/**
 * Which driver owns a run: each takes the next epoch by creating {@code owner/EPOCH} without overwrite, and the highest
 * owns the run. A driver that finds a higher one stops before it writes anything more.
 *
 * <p>This needs a filesystem on which of two that create the same file without overwrite one fails; docs/design-notes.md
 * says which do. On another, two drivers that start at the same moment can hold one epoch, and each writes over the other's
 * checkpoints.
 */
public final class RunOwner {

    static final String FOLDER = "owner";

    private final FileTree files;
    private final String folder;
    private final long epoch;

    private RunOwner(FileTree files, String folder, long epoch) {
        this.files = files;
        this.folder = folder;
        this.epoch = epoch;
    }

    public static RunOwner take(FileTree files, String runFolder) throws IOException {
        var folder = FileTree.join(runFolder, FOLDER);
        var epoch = highest(files, folder) + 1;
        while (!created(files, FileTree.join(folder, Long.toString(epoch)))) {
            epoch++;
        }
        return new RunOwner(files, folder, epoch);
    }

    /** False where another driver took it since the listing. */
    private static boolean created(FileTree files, String path) throws IOException {
        try {
            files.create(path, false).close();
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    public long epoch() {
        return epoch;
    }

    /** @throws FiligreeException with RETRY when another driver has taken the run since */
    public void check() throws IOException {
        var highest = highest(files, folder);
        if (highest > epoch) {
            throw new FiligreeException(
                    FiligreeException.Code.RETRY,
                    "%s: this driver holds epoch %d, another has taken epoch %d: it goes on, this one stops"
                            .formatted(folder, epoch, highest));
        }
    }

    private static long highest(FileTree files, String folder) throws IOException {
        return files.exists(folder)
                ? files.list(folder).stream()
                        // Whatever else lies there is nobody's epoch.
                        .filter(name -> name.matches("\\d{1,18}"))
                        .mapToLong(Long::parseLong)
                        .max()
                        .orElse(0)
                : 0;
    }
}
