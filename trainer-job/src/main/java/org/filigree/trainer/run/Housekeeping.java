package org.filigree.trainer.run;

import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What follows a commit and only frees room: where it fails the run goes on, and the log says so once. A driver that fails
 * because another has taken the run is stopped before its next commit.
 */
final class Housekeeping {

    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

    private final String folder;
    private boolean told;

    Housekeeping(String folder) {
        this.folder = folder;
    }

    interface Chore {
        void attempt() throws IOException;
    }

    void attempt(Chore chore) {
        try {
            chore.attempt();
        } catch (IOException e) {
            if (!told) {
                told = true;
                LOG.warn(
                        "{}: what is no longer needed could not be removed, and the run goes on: {}",
                        folder,
                        e.toString());
            }
        }
    }
}
