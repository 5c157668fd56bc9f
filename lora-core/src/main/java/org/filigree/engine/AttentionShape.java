package org.filigree.engine;

/**
 * Heads and mask of one attention. Query head {@code h} reads key head {@code h / (heads / keyHeads)}.
 *
 * @param scale multiplies the scores before the softmax, usually {@code 1 / sqrt(headDim)}
 * @param causal a query sees the keys up to its own place, counted from the end of both (so one new query sees all)
 * @param window a query sees at most this many latest keys, itself included; 0 for all (Mistral's sliding window)
 */
public record AttentionShape(int heads, int keyHeads, int headDim, double scale, boolean causal, int window) {

    public AttentionShape {
        if (heads <= 0 || keyHeads <= 0 || headDim <= 0 || heads % keyHeads != 0) {
            throw new IllegalArgumentException(
                    "heads " + heads + " must be a positive multiple of key heads " + keyHeads);
        }
        if (window < 0 || (window > 0 && !causal)) {
            throw new IllegalArgumentException("a window needs a causal mask, found window " + window);
        }
    }

    /** Whether query {@code q} of {@code queries} may read key {@code k} of {@code keys}. */
    public boolean sees(int q, int queries, int k, int keys) {
        var place = q + keys - queries;
        return !causal || (k <= place && (window == 0 || k > place - window));
    }
}
