package org.filigree.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.zip.CRC32C;
import org.filigree.model.DataType;
import org.filigree.model.Weights;

/**
 * A digest of weights in the order they are added, which is the model's. Each weight goes in by its CRC32C, which the
 * processor computes faster than memory delivers: it finds another base of the same make, not one made to deceive.
 */
public final class WeightsDigest {

    private final MessageDigest digest = Sha256.start();

    public void add(String name, Weights.Stored stored) {
        var sum = new CRC32C();
        sum.update(stored.data().duplicate());
        add(name, stored.type(), stored.rows(), stored.columns(), sum.getValue());
    }

    /** @param crc32c of the weight's bytes as it is stored */
    void add(String name, DataType type, int rows, int columns, long crc32c) {
        digest.update((name + " " + type).getBytes(StandardCharsets.UTF_8));
        digest.update(ByteBuffer.allocate(2 * Integer.BYTES + Long.BYTES)
                .putInt(rows)
                .putInt(columns)
                .putLong(crc32c)
                .flip());
    }

    /** Of all that was added; asked once, as it ends the digest. */
    public String hex() {
        return Sha256.hex(digest);
    }
}
