package org.filigree.engine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.zip.CRC32C;
import org.filigree.format.Sha256;
import org.filigree.model.Weights;

/**
 * A digest of weights in the order they are read. Each weight goes in by its CRC32C, which the processor computes faster
 * than memory delivers: it finds another base of the same make, not one made to deceive.
 */
final class WeightsDigest {

    private final MessageDigest digest = Sha256.start();

    void add(String name, Weights.Stored stored) {
        var sum = new CRC32C();
        sum.update(stored.data().duplicate());
        digest.update((name + " " + stored.type()).getBytes(StandardCharsets.UTF_8));
        digest.update(ByteBuffer.allocate(2 * Integer.BYTES + Long.BYTES)
                .putInt(stored.rows())
                .putInt(stored.columns())
                .putLong(sum.getValue())
                .flip());
    }

    String hex() {
        return Sha256.hex(digest);
    }
}
