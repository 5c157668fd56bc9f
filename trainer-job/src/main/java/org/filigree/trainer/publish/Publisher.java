package org.filigree.trainer.publish;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.format.FileTree;
import org.filigree.format.Sha256;
import org.filigree.trainer.round.RoundLoop;
import org.filigree.trainer.run.Outcome.Published;
import org.filigree.trainer.run.RunFolder;
import org.filigree.trainer.run.RunOwner;
import org.filigree.trainer.run.RunState;

/**
 * Publishes what a run trained: the last values as {@code adapters/NAME}, and the best by held-out loss as
 * {@code adapters/NAME-best} where they are others. A folder is written below {@code staging-EPOCH/}, read back and scored on
 * the executors, and copied then: nothing is renamed, and the file that makes it loadable comes last. It counts as
 * published once outcome.json names it, so a run cut off in between publishes again.
 *
 * <p>Below {@code adapters/} a file is created once, and neither replaced nor removed: a driver that lost the run without
 * knowing it yet could do so after its successor has published. The same values make the same bytes, so what an earlier
 * driver left whole is taken over; where it was cut off in a file, the folder's name gets the epoch, {@code NAME-EPOCH}.
 */
public final class Publisher {

    private static final String ADAPTERS = "adapters";
    private static final String STAGING = "staging-";
    private static final int PIECE = 1 << 20;

    /** Workers may be other JVMs with other batches beside; beyond this it is another adapter. */
    private static final double SAME_LOSS = 1e-4;

    private final RunFolder folder;
    private final RunOwner owner;
    private final String name;
    private final int[] heldOutLengths;
    private final RoundLoop rounds;
    private final PublishedFiles adapter;

    /**
     * @param name of the adapter
     * @param heldOutLengths may be empty
     */
    public Publisher(
            RunFolder folder,
            RunOwner owner,
            String name,
            int[] heldOutLengths,
            RoundLoop rounds,
            PublishedFiles adapter) {
        this.folder = folder;
        this.owner = owner;
        this.name = name;
        this.heldOutLengths = heldOutLengths.clone();
        this.rounds = rounds;
        this.adapter = adapter;
    }

    /**
     * @param heldOutLoss of the state's values when they were evaluated; NaN without held-out rows
     * @throws FiligreeException with RUN_TIME when a folder does not read back as it was trained; it is removed
     */
    public List<Published> publish(RunState state, double heldOutLoss) throws IOException {
        try {
            return published(state, heldOutLoss);
        } catch (Exception e) {
            // The staging of a driver that lost the run goes with its successor's.
            owner.check();
            takeAway(staging(), e);
            throw e;
        }
    }

    /** A disk that is full has room then for what says so. */
    private void takeAway(String path, Exception reason) {
        try {
            folder.files().delete(path);
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    private List<Published> published(RunState state, double heldOutLoss) throws IOException {
        var published = new ArrayList<Published>();
        published.add(publish(name, "last", state.values(), heldOutLoss));
        if (state.best().length > 0 && !Arrays.equals(state.best(), state.values())) {
            published.add(publish(name + "-best", "best", state.best(), state.bestLoss()));
        }
        for (var entry : folder.files().list(folder.path())) {
            if (staged(entry)) {
                folder.files().delete(folder.at(entry));
            }
        }
        return published;
    }

    /** By the owner's epoch, so that a driver that lost the run stages beside its successor. */
    private String staging() {
        return folder.at(STAGING + owner.epoch());
    }

    /** By this driver or one before it, which may have been killed meanwhile; never by a successor. */
    private boolean staged(String name) {
        return name.matches(STAGING + "\\d{1,18}") && Long.parseLong(name.substring(STAGING.length())) <= owner.epoch();
    }

    private Published publish(String name, String which, float[] values, double heldOutLoss) throws IOException {
        var staged = FileTree.join(staging(), name);
        folder.files().delete(staged);
        adapter.write(staged, which, values);
        check(staged, values, heldOutLoss);
        owner.check();
        var published = copy(staged, ADAPTERS + "/" + name, which);
        return published.isPresent() ? published.get() : besides(staged, name, which);
    }

    private Published besides(String staged, String name, String which) throws IOException {
        var path = "%s/%s-%d".formatted(ADAPTERS, name, owner.epoch());
        return copy(staged, path, which)
                .orElseThrow(() -> new FiligreeException(
                        Code.RUN_TIME, folder.at(path) + ": holds files that no driver of this run has written"));
    }

    private void check(String staged, float[] values, double evaluated) throws IOException {
        var read = rounds.scorePublished(staged, values, adapter.tolerance(), heldOutLengths);
        if (heldOutLengths.length == 0 || same(read.loss(), evaluated)) {
            return;
        }
        // A driver before this one may have evaluated on other machines: what these make of the values decides.
        var trained = rounds.score(values, heldOutLengths);
        if (!same(read.loss(), trained.loss())) {
            folder.files().delete(staged);
            throw new FiligreeException(
                    Code.RUN_TIME,
                    "%s: held-out loss %s once read back, trained was %s; it is not published, the checkpoint stands"
                            .formatted(staged, read.loss(), trained.loss()));
        }
    }

    private boolean same(double read, double trained) {
        return Math.abs(read - trained) <= (SAME_LOSS + adapter.tolerance()) * Math.abs(trained);
    }

    /** Empty where another file stands in the place of one of the folder's. */
    private Optional<Published> copy(String staged, String path, String which) throws IOException {
        var digests = new TreeMap<String, String>();
        var bytes = 0L;
        var names = new ArrayList<>(folder.files().list(staged));
        names.remove(adapter.lastFile());
        names.add(adapter.lastFile());
        for (var file : names) {
            var from = FileTree.join(staged, file);
            var to = folder.at(path + "/" + file);
            var digest = copied(from, to);
            if (digest.isEmpty()) {
                return Optional.empty();
            }
            digests.put(file, digest.get());
            bytes += folder.files().size(from);
        }
        return Optional.of(new Published(path, which, bytes, digests));
    }

    /** Its digest; empty where another file stands there. */
    private Optional<String> copied(String from, String to) throws IOException {
        try (var out = folder.files().create(to, false)) {
            return Optional.of(digest(from, out));
        } catch (FileAlreadyExistsException e) {
            var digest = digest(from);
            return digest.equals(digest(to)) ? Optional.of(digest) : Optional.empty();
        } catch (IOException e) {
            if (cutOff(from, to, e)) {
                takeAway(to, e);
            }
            throw e;
        }
    }

    /** Whether a file that could not be written, by its writer, is there and not whole: nobody took it for published. */
    private boolean cutOff(String from, String to, IOException reason) {
        try {
            if (!folder.files().exists(to)) {
                return false;
            }
            try (var whole = folder.files().open(from);
                    var part = folder.files().open(to)) {
                while (true) {
                    var found = part.readNBytes(PIECE);
                    if (!Arrays.equals(found, whole.readNBytes(found.length))) {
                        return false;
                    }
                    if (found.length < PIECE) {
                        return whole.read() >= 0;
                    }
                }
            }
        } catch (IOException e) {
            reason.addSuppressed(e);
            return false;
        }
    }

    private String digest(String path) throws IOException {
        return digest(path, OutputStream.nullOutputStream());
    }

    private String digest(String path, OutputStream copy) throws IOException {
        var digest = Sha256.start();
        try (var in = folder.files().open(path)) {
            var piece = new byte[PIECE];
            for (int read; (read = in.read(piece)) >= 0; ) {
                digest.update(piece, 0, read);
                copy.write(piece, 0, read);
            }
        }
        return Sha256.hex(digest);
    }
}
