package org.filigree.dataprep.source;

import java.nio.ByteBuffer;

/**
 * A row as read, framed as bytes so that any Spark serializer carries it.
 *
 * @param source index among the run's sources, training first
 * @param plain a piece of plain text; else JSON
 * @param content UTF-8, unchecked
 */
public record RawRow(int source, boolean plain, byte[] content) {

    private static final int HEADER = Integer.BYTES + 1;

    public byte[] toBytes() {
        return ByteBuffer.allocate(HEADER + content.length)
                .putInt(source)
                .put((byte) (plain ? 1 : 0))
                .put(content)
                .array();
    }

    public static RawRow fromBytes(byte[] bytes) {
        var buffer = ByteBuffer.wrap(bytes);
        var source = buffer.getInt();
        var plain = buffer.get() == 1;
        var content = new byte[buffer.remaining()];
        buffer.get(content);
        return new RawRow(source, plain, content);
    }
}
