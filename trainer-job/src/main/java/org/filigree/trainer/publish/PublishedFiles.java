package org.filigree.trainer.publish;

import java.io.IOException;

/** What a published folder consists of. */
public interface PublishedFiles {

    /** Writes the folder's files, none of which is there yet: the same bytes from the same values. */
    void write(String folder, String which, float[] values) throws IOException;

    /** The file whose presence makes the folder loadable. */
    String lastFile();

    /** Relative error of a value once stored. */
    double tolerance();
}
