package org.filigree.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** The weights of a base by the names its {@link ModelSpec} uses. Several threads may read at once. */
public interface Weights {

    /**
     * @param data little-endian elements, row-major, from position to limit; read-only, possibly mapped
     */
    record Stored(DataType type, int rows, int columns, ByteBuffer data) {

        /** The elements widened (of FLOAT64, narrowed) to floats, row-major; {@code data} stays where it is. */
        public float[] floats() {
            var from = data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
            var values = new float[from.remaining() / type.bytes()];
            for (var i = 0; i < values.length; i++) {
                values[i] = type.get(from);
            }
            return values;
        }
    }

    /**
     * One weight as stored; a vector has one row.
     *
     * @throws java.io.UncheckedIOException when it cannot be read
     * @throws IllegalArgumentException when there is none of that name
     */
    Stored read(String name);

    /**
     * Whether what {@link #read} gives stays as it is for as long as somebody holds it, so that an engine may compute on it
     * where it lies. Not so of a user's own folder, mapped or not: it may be written again in place under a running job, and
     * a mapped file that gets shorter ends the process.
     */
    default boolean unchanging() {
        return false;
    }

    /** The digest of the weights that these were converted from; empty where they are as first stored. */
    default Optional<String> origin() {
        return Optional.empty();
    }
}
