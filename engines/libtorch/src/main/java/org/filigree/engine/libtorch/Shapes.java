package org.filigree.engine.libtorch;

import org.filigree.engine.Buffer;

/** Refuses wrong shapes before native code sees them. */
final class Shapes {

    private Shapes() {}

    static void require(boolean holds, String kernel, String argument, Buffer found, String wanted) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "%s: %s is [%d, %d], wanted %s".formatted(kernel, argument, found.rows(), found.columns(), wanted));
        }
    }

    static void sameRows(String kernel, Buffer one, Buffer other) {
        if (one.rows() != other.rows()) {
            throw new IllegalArgumentException("%s: %d rows against %d".formatted(kernel, one.rows(), other.rows()));
        }
    }

    static void same(String kernel, Buffer... buffers) {
        for (var buffer : buffers) {
            if (buffer.rows() != buffers[0].rows() || buffer.columns() != buffers[0].columns()) {
                throw new IllegalArgumentException("%s: [%d, %d] against [%d, %d]"
                        .formatted(kernel, buffers[0].rows(), buffers[0].columns(), buffer.rows(), buffer.columns()));
            }
        }
    }

    static void vector(String kernel, String argument, Buffer buffer, int length) {
        if (buffer != null && (long) buffer.rows() * buffer.columns() != length) {
            throw new IllegalArgumentException("%s: %s is [%d, %d], wanted %d elements"
                    .formatted(kernel, argument, buffer.rows(), buffer.columns(), length));
        }
    }
}
