package org.filigree.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.filigree.text.TokenRow;

/**
 * Rows laid end to end without padding, of one adapter or several. {@code N} tokens in all.
 *
 * @param tokens {@code [N]}
 * @param positions {@code [N]} place in the document
 * @param targets {@code [N]} the token to predict after this one, or -1
 * @param documents offsets of the documents, from 0 to N
 * @param rows in order; rows of one slot stand together
 */
public record Batch(int[] tokens, int[] positions, int[] targets, int[] documents, List<Row> rows) {

    public static final int NO_TARGET = -1;

    /**
     * @param slot the adapter the row trains
     * @param dropoutKey names the row's dropout masks: a function of (seed, adapter, step, place in the global batch)
     */
    public record Row(int slot, long dropoutKey, int firstToken, int tokens) {}

    /** A row to place: its slot, its dropout key and its tokens. */
    public record Placed(int slot, long dropoutKey, TokenRow row) {}

    public Batch {
        rows = List.copyOf(rows);
        if (tokens.length == 0) {
            throw new IllegalArgumentException("a batch needs a token");
        }
    }

    /** Lays rows end to end; rows of one slot must stand together. */
    public static Batch of(List<Placed> placed) {
        var size = placed.stream().mapToInt(p -> p.row().length()).sum();
        var documentCount =
                placed.stream().mapToInt(p -> p.row().documents().length).sum();
        var tokens = new int[size];
        var positions = new int[size];
        var targets = new int[size];
        Arrays.fill(targets, NO_TARGET);
        var documents = new int[documentCount + 1];
        var rows = new Row[placed.size()];
        var at = 0;
        var document = 0;
        for (var r = 0; r < rows.length; r++) {
            var row = placed.get(r).row();
            System.arraycopy(row.inputIds(), 0, tokens, at, row.length());
            rows[r] = new Row(placed.get(r).slot(), placed.get(r).dropoutKey(), at, row.length());
            var start = 0;
            for (var length : row.documents()) {
                for (var i = 0; i < length; i++) {
                    positions[at + start + i] = i;
                    if (i > 0 && row.labels()[start + i] != TokenRow.IGNORED) {
                        targets[at + start + i - 1] = row.labels()[start + i];
                    }
                }
                start += length;
                documents[++document] = at + start;
            }
            at += row.length();
        }
        return new Batch(tokens, positions, targets, documents, List.of(rows));
    }

    /** The batch in at most {@code parts} batches of whole rows, about equal in tokens, in order. */
    List<Batch> cut(int parts) {
        var cuts = new ArrayList<Batch>();
        var from = 0;
        for (var part = 1; part <= parts && from < rows.size(); part++) {
            var wanted = (long) size() * part / parts;
            var to = from + 1;
            while (to < rows.size() && middle(rows.get(to)) < wanted) {
                to++;
            }
            to = part == parts ? rows.size() : to;
            cuts.add(from == 0 && to == rows.size() ? this : part(from, to));
            from = to;
        }
        return cuts;
    }

    private static int middle(Row row) {
        return row.firstToken() + row.tokens() / 2;
    }

    private Batch part(int fromRow, int toRow) {
        var from = rows.get(fromRow).firstToken();
        var last = rows.get(toRow - 1);
        var to = last.firstToken() + last.tokens();
        return new Batch(
                Arrays.copyOfRange(tokens, from, to),
                Arrays.copyOfRange(positions, from, to),
                Arrays.copyOfRange(targets, from, to),
                Arrays.stream(documents)
                        .filter(d -> d >= from && d <= to)
                        .map(d -> d - from)
                        .toArray(),
                rows.subList(fromRow, toRow).stream()
                        .map(r -> new Row(r.slot(), r.dropoutKey(), r.firstToken() - from, r.tokens()))
                        .toList());
    }

    public int size() {
        return tokens.length;
    }

    /** Tokens that have a target. */
    public int targetCount() {
        return (int) Arrays.stream(targets).filter(t -> t != NO_TARGET).count();
    }
}
