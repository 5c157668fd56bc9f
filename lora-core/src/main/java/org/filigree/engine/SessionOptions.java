package org.filigree.engine;

import java.io.Serializable;

/**
 * Memory policy of a session.
 *
 * @param recompute keep only the blocks' boundaries and run each block again before its backward (gradient
 *     checkpointing, arXiv 1604.06174)
 * @param headChunk tokens whose logits are held at once
 */
public record SessionOptions(boolean recompute, int headChunk) implements Serializable {

    public static final SessionOptions DEFAULT = new SessionOptions(false, 256);

    public SessionOptions {
        if (headChunk <= 0) {
            throw new IllegalArgumentException("headChunk must be positive, found " + headChunk);
        }
    }
}
