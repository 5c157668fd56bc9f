package org.filigree.dataprep.shard;

import java.util.ArrayList;
import java.util.List;
import org.filigree.text.TokenRow;

/**
 * Puts documents together in rows of at most {@code maxLength} tokens, first fit over a few open rows. Each document
 * keeps its boundary and its label: a row's {@link TokenRow#documents()} tell them apart.
 */
public final class Packer {

    private final int maxLength;
    private final int openRows;

    /** @param openRows rows open at once; 1 keeps the documents in order */
    public Packer(int maxLength, int openRows) {
        this.maxLength = maxLength;
        this.openRows = openRows;
    }

    private static final class Open {
        private final List<TokenRow> documents = new ArrayList<>();
        private int length;
    }

    public List<TokenRow> pack(List<TokenRow> documents) {
        var open = new ArrayList<Open>();
        var packed = new ArrayList<TokenRow>();
        for (var document : documents) {
            var fitting = open.stream()
                    .filter(row -> row.length + document.length() <= maxLength)
                    .findFirst();
            if (fitting.isEmpty() && open.size() == openRows) {
                packed.add(join(open.remove(0)));
            }
            var row = fitting.orElseGet(() -> {
                var fresh = new Open();
                open.add(fresh);
                return fresh;
            });
            row.documents.add(document);
            row.length += document.length();
        }
        open.forEach(row -> packed.add(join(row)));
        return packed;
    }

    private static TokenRow join(Open row) {
        var ids = new int[row.length];
        var labels = new int[row.length];
        var at = 0;
        for (var document : row.documents) {
            System.arraycopy(document.inputIds(), 0, ids, at, document.length());
            System.arraycopy(document.labels(), 0, labels, at, document.length());
            at += document.length();
        }
        var lengths = row.documents.stream().mapToInt(TokenRow::length).toArray();
        var documentLabels = row.documents.stream().anyMatch(TokenRow::hasDocumentLabel)
                ? row.documents.stream()
                        .mapToDouble(document -> document.documentLabel(0))
                        .toArray()
                : new double[0];
        return new TokenRow(ids, labels, lengths, documentLabels);
    }
}
