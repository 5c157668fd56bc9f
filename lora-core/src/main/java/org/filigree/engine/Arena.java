package org.filigree.engine;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.filigree.model.DataType;

/** Owns buffers: all of them are released, once, when it is closed. Used by one thread at a time. */
public interface Arena extends AutoCloseable {

    /**
     * A new buffer of unspecified content.
     *
     * @throws OutOfEngineMemoryException when the device has no room; the arena stays usable
     */
    Buffer allocate(DataType type, int rows, int columns);

    /**
     * A buffer over memory of somebody else's, that no kernel may be asked to write to: it may be a file, mapped to be read.
     * The arena holds {@code data} until it is closed; its bytes are not among {@link #bytes()}. Empty where the engine
     * does not compute on such memory, or not at that address: then the values are to be written to a buffer of its own.
     *
     * @param data little-endian elements, row-major, from position to limit; they never change
     */
    default Optional<Buffer> over(ByteBuffer data, DataType type, int rows, int columns) {
        return Optional.empty();
    }

    /** Bytes now held by this arena's buffers. */
    long bytes();

    @Override
    void close();
}
