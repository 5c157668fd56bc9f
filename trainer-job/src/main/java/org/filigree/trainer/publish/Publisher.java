package org.filigree.trainer.publish;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.config.RunConfig;
import org.filigree.format.FileTree;
import org.filigree.format.Sha256;
import org.filigree.trainer.input.RunSetup;
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
 */
public final class Publisher {

    private static final String ADAPTERS = "adapters";
    private static final String STAGING = "staging-";

    /** Workers may be other JVMs with other batches beside; beyond this it is another adapter. */
    private static final double SAME_LOSS = 1e-4;

    private final RunFolder folder;
    private final RunOwner owner;
    private final RunConfig config;
    private final RunSetup setup;
    private final RoundLoop rounds;
    private final AdapterFiles adapter;

    public Publisher(RunFolder folder, RunOwner owner, RunConfig config, RunSetup setup, RoundLoop rounds) {
        this.folder = folder;
        this.owner = owner;
        this.config = config;
        this.setup = setup;
        this.rounds = rounds;
        this.adapter = new AdapterFiles(folder.files(), config, setup);
    }

    /**
     * @param heldOutLoss of the state's values when they were evaluated; NaN without held-out rows
     * @throws FiligreeException with RUN_TIME when a folder does not read back as it was trained; it is removed
     */
    public List<Published> publish(RunState state, double heldOutLoss) throws IOException {
        var name = config.adapter().name();
        var published = new ArrayList<Published>();
        published.add(publish(name, "last", state.values(), heldOutLoss));
        if (state.best().length > 0 && !Arrays.equals(state.best(), state.values())) {
            published.add(publish(name + "-best", "best", state.best(), state.bestLoss()));
        }
        folder.files().delete(staging());
        return published;
    }

    /** By the owner's epoch, so that a driver that lost the run stages beside its successor and takes only its own away. */
    private String staging() {
        return folder.at(STAGING + owner.epoch());
    }

    private Published publish(String name, String which, float[] values, double heldOutLoss) throws IOException {
        var staged = FileTree.join(staging(), name);
        folder.files().delete(staged);
        adapter.write(staged, which, values);
        check(staged, values, heldOutLoss);
        var path = ADAPTERS + "/" + name;
        owner.check();
        // What an earlier driver left when it was cut off.
        folder.files().delete(folder.at(path));
        return copy(staged, path, which);
    }

    private void check(String staged, float[] values, double evaluated) throws IOException {
        var heldOut = setup.heldOutLengths();
        var read = rounds.scorePublished(staged, values, adapter.tolerance(), heldOut);
        if (heldOut.length == 0 || same(read.loss(), evaluated)) {
            return;
        }
        // A driver before this one may have evaluated on other machines: what these make of the values decides.
        var trained = rounds.score(values, heldOut);
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

    private Published copy(String staged, String path, String which) throws IOException {
        var digests = new TreeMap<String, String>();
        var bytes = 0L;
        var names = new ArrayList<>(folder.files().list(staged));
        names.remove(adapter.lastFile());
        names.add(adapter.lastFile());
        for (var file : names) {
            var digest = Sha256.start();
            try (var in = folder.files().open(FileTree.join(staged, file));
                    var out = folder.files().create(folder.at(path + "/" + file), false)) {
                var piece = new byte[1 << 20];
                for (int read; (read = in.read(piece)) >= 0; ) {
                    digest.update(piece, 0, read);
                    out.write(piece, 0, read);
                    bytes += read;
                }
            }
            digests.put(file, Sha256.hex(digest));
        }
        return new Published(path, which, bytes, digests);
    }
}
