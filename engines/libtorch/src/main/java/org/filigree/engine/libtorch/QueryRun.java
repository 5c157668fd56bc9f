package org.filigree.engine.libtorch;

import org.filigree.engine.AttentionShape;
import org.filigree.engine.Segments;

/** A run of queries of one document, taken together. */
record QueryRun(AttentionShape shape, Segments segments, int document, int from, int count, int most) {

    /** Most scores held at once, in elements. */
    private static final long ROOM = 1 << 23;

    /** Queries of a run on a CPU: fewer waste less of a causal mask, more make better products. */
    private static final int QUERIES = 128;

    static QueryRun first(AttentionShape shape, Segments segments, int document, boolean onCpu) {
        var queries = segments.queryLength(document);
        if (queries == 0) {
            return null;
        }
        var room = ROOM / Math.max(1, (long) shape.keyHeads() * segments.keyLength(document));
        var most = (int) Math.max(1, Math.min(onCpu ? QUERIES : queries, room));
        return new QueryRun(shape, segments, document, 0, Math.min(most, queries), most);
    }

    /** The next run of the document, or null after the last. */
    QueryRun next() {
        var start = from + count;
        var left = segments.queryLength(document) - start;
        return left <= 0 ? null : new QueryRun(shape, segments, document, start, Math.min(most, left), most);
    }

    int row() {
        return segments.queries()[document] + from;
    }

    int keyRow() {
        return segments.keys()[document];
    }

    /** Keys from the document's first on that any query of the run sees. */
    int seen() {
        return shape.causal() ? place() + count : segments.keyLength(document);
    }

    /** The key at the place of the run's first query. */
    int place() {
        return segments.keyLength(document) - segments.queryLength(document) + from;
    }
}
