package org.filigree.model;

import java.nio.ByteBuffer;

/** The weights of a base by the names its {@link ModelSpec} uses. Several threads may read at once. */
public interface Weights {

    /**
     * @param data little-endian elements, row-major, from position to limit; read-only, possibly mapped
     */
    record Stored(DataType type, int rows, int columns, ByteBuffer data) {}

    /**
     * One weight as stored; a vector has one row.
     *
     * @throws java.io.UncheckedIOException when it cannot be read
     * @throws IllegalArgumentException when there is none of that name
     */
    Stored read(String name);
}
