package org.filigree.engine;

import org.filigree.model.DataType;

/** Owns buffers: all of them are released, once, when it is closed. Used by one thread at a time. */
public interface Arena extends AutoCloseable {

    /**
     * A new buffer of unspecified content.
     *
     * @throws OutOfEngineMemoryException when the device has no room; the arena stays usable
     */
    Buffer allocate(DataType type, int rows, int columns);

    /** Bytes now held by this arena's buffers. */
    long bytes();

    @Override
    void close();
}
