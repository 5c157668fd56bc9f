package org.filigree.dataprep.encode;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.filigree.text.TokenRow;

/** What became of a raw row: token rows for one side, or a reason why not. Framed as bytes for any Spark serializer. */
public sealed interface EncodedRow {

    /**
     * @param heldOut the side it is on
     * @param rows of one document each
     */
    record Tokens(boolean heldOut, List<TokenRow> rows) implements EncodedRow {}

    /** @param json what the rejects file says of it */
    record Rejected(String reason, String json) implements EncodedRow {}

    byte REJECTED = 2;

    default byte[] toBytes() {
        if (this instanceof Tokens tokens) {
            var size = 1
                    + tokens.rows().stream()
                            .mapToInt(row -> (1 + 2 * row.length()) * Integer.BYTES + Double.BYTES)
                            .sum();
            var buffer = ByteBuffer.allocate(size).put((byte) (tokens.heldOut() ? 1 : 0));
            for (var row : tokens.rows()) {
                buffer.putInt(row.length());
                put(buffer, row.inputIds());
                put(buffer, row.labels());
                buffer.putDouble(row.documentLabel(0));
            }
            return buffer.array();
        }
        var rejected = (Rejected) this;
        var reason = rejected.reason().getBytes(StandardCharsets.UTF_8);
        var json = rejected.json().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + Integer.BYTES + reason.length + json.length)
                .put(REJECTED)
                .putInt(reason.length)
                .put(reason)
                .put(json)
                .array();
    }

    static EncodedRow fromBytes(byte[] bytes) {
        var buffer = ByteBuffer.wrap(bytes);
        var kind = buffer.get();
        if (kind == REJECTED) {
            var reason = text(buffer, buffer.getInt());
            return new Rejected(reason, text(buffer, buffer.remaining()));
        }
        var rows = new ArrayList<TokenRow>();
        while (buffer.hasRemaining()) {
            var length = buffer.getInt();
            var ids = ints(buffer, length);
            var labels = ints(buffer, length);
            var label = buffer.getDouble();
            rows.add(Double.isNaN(label) ? TokenRow.of(ids, labels) : TokenRow.labelled(ids, label));
        }
        return new Tokens(kind == 1, rows);
    }

    private static void put(ByteBuffer buffer, int[] values) {
        buffer.asIntBuffer().put(values);
        buffer.position(buffer.position() + values.length * Integer.BYTES);
    }

    private static int[] ints(ByteBuffer buffer, int count) {
        var values = new int[count];
        IntBuffer view = buffer.asIntBuffer();
        view.get(values);
        buffer.position(buffer.position() + count * Integer.BYTES);
        return values;
    }

    private static String text(ByteBuffer buffer, int bytes) {
        var content = new byte[bytes];
        buffer.get(content);
        return new String(content, StandardCharsets.UTF_8);
    }
}
