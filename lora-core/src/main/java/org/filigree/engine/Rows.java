package org.filigree.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.filigree.engine.Batch.Row;

/**
 * The rows of a block's activations: which adapter each belongs to and which token it is. A body block has a row a
 * token; the head has one a target of the chunk.
 *
 * @param spans in order, covering all rows; each of one batch row
 */
record Rows(int count, List<Span> spans) {

    /**
     * @param tokens place within the batch row of each of the span's rows
     */
    record Span(Row row, int from, int[] tokens) {
        int count() {
            return tokens.length;
        }
    }

    /** Rows {@code [from, from + count)} of one adapter. */
    record SlotRange(int slot, int from, int count) {}

    static Rows all(Batch batch) {
        var spans = new ArrayList<Span>();
        for (var row : batch.rows()) {
            var tokens = new int[row.tokens()];
            Arrays.setAll(tokens, i -> i);
            spans.add(new Span(row, row.firstToken(), tokens));
        }
        return new Rows(batch.size(), spans);
    }

    /** The rows of the given tokens of the batch, which ascend. */
    static Rows of(Batch batch, int[] tokens) {
        var spans = new ArrayList<Span>();
        var at = 0;
        for (var row : batch.rows()) {
            var from = at;
            while (at < tokens.length && tokens[at] < row.firstToken() + row.tokens()) {
                at++;
            }
            if (at > from) {
                var places = new int[at - from];
                for (var i = 0; i < places.length; i++) {
                    places[i] = tokens[from + i] - row.firstToken();
                }
                spans.add(new Span(row, from, places));
            }
        }
        return new Rows(tokens.length, spans);
    }

    /** Neighbouring spans of one adapter joined. */
    List<SlotRange> bySlot() {
        var ranges = new ArrayList<SlotRange>();
        for (var span : spans) {
            var last = ranges.isEmpty() ? null : ranges.get(ranges.size() - 1);
            if (last != null && last.slot() == span.row().slot()) {
                ranges.set(ranges.size() - 1, new SlotRange(last.slot(), last.from(), last.count() + span.count()));
            } else {
                ranges.add(new SlotRange(span.row().slot(), span.from(), span.count()));
            }
        }
        return ranges;
    }
}
