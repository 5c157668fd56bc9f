package org.filigree.format;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.filigree.model.DataType;

/** Copies weights from one type to another with room for a piece of one at a time. */
final class WeightPieces {

    private static final int PIECE_BYTES = 1 << 21;

    /** How much longer a number may become: from two bytes to eight. */
    private static final int LONGEST = 4;

    private final byte[] read = new byte[PIECE_BYTES];
    private final byte[] written = new byte[LONGEST * PIECE_BYTES];
    private final ByteBuffer from = ByteBuffer.wrap(read).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer to = ByteBuffer.wrap(written).order(ByteOrder.LITTLE_ENDIAN);

    /**
     * Copies the bytes from {@code begin} to {@code end}.
     *
     * @return CRC32C of what was read
     */
    long copy(FileTree.RandomRead source, long begin, long end, DataType stored, OutputStream out, DataType type)
            throws IOException {
        var sum = new CRC32C();
        for (var at = begin; at < end; at += from.limit()) {
            from.clear().limit((int) Math.min(PIECE_BYTES, end - at));
            source.read(at, from);
            sum.update(read, 0, from.limit());
            if (stored == type) {
                out.write(read, 0, from.limit());
            } else {
                convert(stored, type);
                out.write(written, 0, to.position());
            }
        }
        return sum.getValue();
    }

    private void convert(DataType stored, DataType type) {
        from.rewind();
        to.clear();
        while (from.hasRemaining()) {
            type.put(to, stored.get(from));
        }
    }
}
