package org.filigree.engine.kit;

import org.filigree.engine.Buffer;

/** Refuses buffers whose shape a kernel cannot take. */
final class Shapes {

    private Shapes() {}

    /** The buffer as this engine's own, when it has the wanted shape. */
    static PlainBuffer require(String kernel, String name, Buffer buffer, int rows, int columns) {
        var plain = any(kernel, name, buffer);
        if (!plain.isShape(rows, columns)) {
            throw new IllegalArgumentException("%s: %s has shape [%d, %d], wanted [%d, %d]"
                    .formatted(kernel, name, plain.rows, plain.columns, rows, columns));
        }
        return plain;
    }

    static PlainBuffer orNull(String kernel, String name, Buffer buffer, int rows, int columns) {
        return buffer == null ? null : require(kernel, name, buffer, rows, columns);
    }

    static PlainBuffer any(String kernel, String name, Buffer buffer) {
        if (buffer instanceof PlainBuffer plain) {
            return plain;
        }
        throw new IllegalArgumentException(
                "%s: %s is not a buffer of the plain engine but %s".formatted(kernel, name, buffer));
    }

    // Error Prone would have its own annotation library for this one method.
    @SuppressWarnings("AnnotateFormatMethod")
    static void check(boolean holds, String message, Object... values) {
        if (!holds) {
            throw new IllegalArgumentException(message.formatted(values));
        }
    }
}
