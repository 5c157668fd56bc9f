package org.filigree.trainer.nodecopy;

import java.io.IOException;
import java.io.OutputStream;

/** What a copy is made from. */
public interface CopySource {

    /** Where the files of a copy go. */
    interface Target {
        /** A new file by that plain name; whoever writes it closes it. */
        OutputStream create(String name) throws IOException;
    }

    /** Bytes of all the files that {@link #write} makes. */
    long bytes() throws IOException;

    /**
     * Writes every file of the copy.
     *
     * @throws IOException when what is read is no longer what was asked for, too
     */
    void write(Target into) throws IOException;

    /** For messages. */
    String describe();
}
