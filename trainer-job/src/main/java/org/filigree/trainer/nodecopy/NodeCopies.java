package org.filigree.trainer.nodecopy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import java.util.UUID;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.format.LocalFiles;

/**
 * Copies of folders on this node's own disk, each fetched once and shared by all JVMs of the node, of one application and
 * of the next. A copy appears whole, by one move, and is never written again: who has it mapped keeps what it mapped.
 * Copies stay until somebody deletes them.
 */
public final class NodeCopies {

    private static final Set<PosixFilePermission> OTHERS_WRITE =
            Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private final Path root;

    /** @param root a folder on the local disk, made where it is missing */
    public NodeCopies(Path root) {
        this.root = root;
    }

    /** Below {@code java.io.tmpdir}, in a folder of the user's own: executors and their work folders come and go. */
    public static Path defaultRoot() {
        return Path.of(System.getProperty("java.io.tmpdir"), userFolder(), "bases");
    }

    private static String userFolder() {
        return "filigree-" + System.getProperty("user.name");
    }

    /**
     * The copy under that key; fetched where there is none, or where one's bytes are no longer those that were fetched.
     *
     * @param key another wherever the source's content is another
     */
    public Path get(String key, CopySource source) throws IOException {
        makeRoot();
        var copy = root.resolve(key);
        // A file lock is the whole JVM's: the JVM's own threads wait here.
        synchronized (NodeCopies.class) {
            try (var lock = FileChannel.open(
                    root.resolve(key + ".lock"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE)) {
                // Reading a large copy takes its time, and JVMs may do so together.
                try (var shared = lock.lock(0, Long.MAX_VALUE, true)) {
                    if (CopyManifest.isWhole(copy)) {
                        return copy;
                    }
                }
                try (var alone = lock.lock()) {
                    if (!CopyManifest.isWhole(copy)) {
                        removeLeftovers(key);
                        fetch(key, copy, source);
                    }
                    return copy;
                }
            }
        }
    }

    private void makeRoot() throws IOException {
        if (!Files.isDirectory(root)) {
            Files.createDirectories(
                    root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        requireOurs(root, Files.getOwner(root));
        // Who has the folder above may put another in our place; with a folder that the user names it is the user's
        // affair.
        var above = root.toAbsolutePath().getParent();
        if (above != null && above.endsWith(userFolder())) {
            requireOurs(above, Files.getOwner(above, LinkOption.NOFOLLOW_LINKS));
        }
    }

    private void requireOurs(Path folder, UserPrincipal owner) throws IOException {
        if (Files.getPosixFilePermissions(folder).stream().anyMatch(OTHERS_WRITE::contains)) {
            throw new FiligreeException(
                    Code.CONFIGURATION,
                    folder + ": others may write there, and what lies there would be taken for the base");
        }
        var ours = ours();
        if (!owner.equals(ours)) {
            throw new FiligreeException(
                    Code.CONFIGURATION,
                    "%s: is %s's and not %s's, and what lies there would be taken for the base: spark.filigree.base.cache names another folder"
                            .formatted(folder, owner.getName(), ours.getName()));
        }
    }

    /** Whose a file is that this process makes there: a name need not go with a number, and a mount may give another. */
    private UserPrincipal ours() throws IOException {
        var made = Files.createTempFile(root, "whose-", null);
        try {
            return Files.getOwner(made);
        } finally {
            Files.delete(made);
        }
    }

    /** What a process left that was killed: nobody else works under this key while the lock is held. */
    private void removeLeftovers(String key) throws IOException {
        try (var entries = Files.newDirectoryStream(root, key + ".{partial,corrupt}-*")) {
            for (var entry : entries) {
                new LocalFiles().delete(entry.toString());
            }
        }
    }

    private void fetch(String key, Path copy, CopySource source) throws IOException {
        checkRoom(source);
        var partial = Files.createDirectory(root.resolve(key + ".partial-" + UUID.randomUUID()));
        try {
            CopyManifest.fetch(source, partial);
            if (Files.exists(copy)) {
                Files.move(copy, root.resolve(key + ".corrupt-" + UUID.randomUUID()), StandardCopyOption.ATOMIC_MOVE);
            }
            // The commit: before it there is no copy, after it a whole one.
            Files.move(partial, copy, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            removeLeftovers(key);
        }
    }

    private void checkRoom(CopySource source) throws IOException {
        var needed = source.bytes();
        var free = Files.getFileStore(root).getUsableSpace();
        if (needed > free) {
            throw new FiligreeException(
                    Code.CONFIGURATION,
                    "%s: %d MB free, the copy of %s takes %d MB: spark.filigree.base.cache names another folder"
                            .formatted(root, free >> 20, source.describe(), needed >> 20));
        }
    }
}
