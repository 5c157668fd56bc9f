package org.filigree.engine.dl4j;

import org.filigree.engine.AttentionShape;
import org.filigree.engine.Segments;

/**
 * A run of queries of one document, and the keys that any of them sees.
 *
 * @param from first query, counted in the document
 * @param firstKey first key that is seen, counted in the document
 * @param width how many keys from there on
 */
record AttentionTile(
        AttentionShape shape, Segments segments, int document, int from, int count, int firstKey, int width) {

    /** Most queries at once: under a causal mask a square of them is cut in half for nothing. */
    private static final int MOST = 64;

    static AttentionTile first(AttentionShape shape, Segments segments, int document) {
        return segments.queryLength(document) == 0 ? null : at(shape, segments, document, 0);
    }

    AttentionTile next() {
        var start = from + count;
        return start == segments.queryLength(document) ? null : at(shape, segments, document, start);
    }

    private static AttentionTile at(AttentionShape shape, Segments segments, int document, int from) {
        var count = Math.min(MOST, segments.queryLength(document) - from);
        var whole = new AttentionTile(shape, segments, document, from, count, 0, segments.keyLength(document));
        var first = whole.firstSeen(0);
        return new AttentionTile(shape, segments, document, from, count, first, whole.endSeen(count - 1) - first);
    }

    /** The first query's row in the batch. */
    int row() {
        return segments.queries()[document] + from;
    }

    /** The first key's row in the batch. */
    int firstKeyRow() {
        return segments.keys()[document] + firstKey;
    }

    /** The first column of the tile that a query sees. */
    int firstSeen(int query) {
        return shape.window() == 0 ? 0 : Math.max(firstKey, place(query) - shape.window() + 1) - firstKey;
    }

    /** The column after the last that a query sees. */
    int endSeen(int query) {
        return shape.causal() ? place(query) + 1 - firstKey : width;
    }

    /** The key at a query's own place. */
    private int place(int query) {
        return segments.keyLength(document) - segments.queryLength(document) + from + query;
    }
}
