package org.filigree.trainer.nodecopy;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** The files of a folder that a copy is made of. */
public interface CopySource {

    /** Plain names. */
    List<String> names() throws IOException;

    long size(String name) throws IOException;

    InputStream open(String name) throws IOException;

    /**
     * Called once every file is read.
     *
     * @throws IOException when they are no longer those that were asked for
     */
    void checkUnchanged() throws IOException;

    /** For messages. */
    String describe();
}
