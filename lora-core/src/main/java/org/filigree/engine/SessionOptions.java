package org.filigree.engine;

import java.io.Serializable;

/**
 * Memory policy of a session.
 *
 * @param recompute keep only the blocks' boundaries and run each block again before its backward (gradient
 *     checkpointing, arXiv 1604.06174)
 * @param headChunk tokens whose logits are held at once; {@link #AS_KERNELS_LIKE} leaves it to the kernels
 */
public record SessionOptions(boolean recompute, int headChunk) implements Serializable {

    public static final int AS_KERNELS_LIKE = 0;

    public static final SessionOptions DEFAULT = new SessionOptions(false, AS_KERNELS_LIKE);

    public SessionOptions {
        if (headChunk < 0) {
            throw new IllegalArgumentException("headChunk must not be negative, found " + headChunk);
        }
    }

    /** With nothing left open. */
    SessionOptions on(Kernels kernels, int vocabulary) {
        return headChunk == AS_KERNELS_LIKE ? withHeadChunk(kernels.headChunk(vocabulary)) : this;
    }

    public SessionOptions withHeadChunk(int tokens) {
        return new SessionOptions(recompute, tokens);
    }
}
