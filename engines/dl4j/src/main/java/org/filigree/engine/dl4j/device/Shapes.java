package org.filigree.engine.dl4j.device;

import org.filigree.engine.Buffer;
import org.filigree.model.DataType;

/** Refuses what a kernel cannot take before native code sees it. */
final class Shapes {

    private Shapes() {}

    /** The buffer as this engine's own, when it holds float32. */
    static DeviceBuffer floats(String kernel, String name, Buffer buffer) {
        if (buffer instanceof DeviceBuffer own && own.type() == DataType.FLOAT32) {
            return own;
        }
        throw new IllegalArgumentException(
                "%s: %s is not a float32 buffer of engine dl4j but %s".formatted(kernel, name, buffer));
    }

    static DeviceBuffer require(String kernel, String name, Buffer buffer, int rows, int columns) {
        var own = floats(kernel, name, buffer);
        if (own.rows() != rows || own.columns() != columns) {
            throw new IllegalArgumentException("%s: %s is [%d, %d], wanted [%d, %d]"
                    .formatted(kernel, name, own.rows(), own.columns(), rows, columns));
        }
        return own;
    }

    static DeviceBuffer orNull(String kernel, String name, Buffer buffer, int rows, int columns) {
        return buffer == null ? null : require(kernel, name, buffer, rows, columns);
    }

    static void rows(String kernel, int[] rows, int limit) {
        for (var row : rows) {
            if (row < 0 || row >= limit) {
                throw new IllegalArgumentException("%s: row %d of %d".formatted(kernel, row, limit));
            }
        }
    }
}
