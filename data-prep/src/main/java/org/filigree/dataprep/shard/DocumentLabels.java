package org.filigree.dataprep.shard;

import java.util.Collection;
import org.filigree.text.TokenRow;

/**
 * The labels of whole documents in a corpus, or in a part of one.
 *
 * @param documents that have one
 * @param classes one more than the highest label, where every label is a whole number from 0; else null
 */
public record DocumentLabels(long documents, Integer classes) {

    public static final DocumentLabels NONE = new DocumentLabels(0, 0);

    public static DocumentLabels of(Collection<TokenRow> rows) {
        var sum = NONE;
        for (var row : rows) {
            for (var label : row.documentLabels()) {
                if (!Double.isNaN(label)) {
                    sum = sum.plus(new DocumentLabels(1, isClass(label) ? (Integer) ((int) label + 1) : null));
                }
            }
        }
        return sum;
    }

    private static boolean isClass(double label) {
        return label >= 0 && label < Integer.MAX_VALUE && label == Math.rint(label);
    }

    public DocumentLabels plus(DocumentLabels other) {
        return new DocumentLabels(
                documents + other.documents,
                classes == null || other.classes == null ? null : (Integer) Math.max(classes, other.classes));
    }
}
