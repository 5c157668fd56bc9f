package org.filigree.engine;

/**
 * Documents laid end to end without padding: document {@code i} has the queries {@code [queries[i], queries[i+1])} and
 * the keys {@code [keys[i], keys[i+1])} (the variable-length layout of FlashAttention, arXiv 2205.14135). Attention never crosses a
 * document. In training both offsets are the same array; while decoding the keys also hold the past.
 */
public record Segments(int[] queries, int[] keys) {

    public Segments {
        if (queries.length != keys.length || queries.length < 2) {
            throw new IllegalArgumentException("as many key as query offsets, at least two");
        }
    }

    /** Self-attention over documents with the given offsets ({@code offsets[0] = 0}). */
    public static Segments of(int... offsets) {
        return new Segments(offsets, offsets);
    }

    public int count() {
        return queries.length - 1;
    }

    public int queryLength(int i) {
        return queries[i + 1] - queries[i];
    }

    public int keyLength(int i) {
        return keys[i + 1] - keys[i];
    }
}
