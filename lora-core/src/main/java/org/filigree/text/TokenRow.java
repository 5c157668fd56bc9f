package org.filigree.text;

import java.util.Arrays;

/**
 * One training row, as it stands in a token shard.
 *
 * @param inputIds its tokens
 * @param labels as in Hugging Face: {@code labels[i]} is {@code inputIds[i]} where the token is trained, else -100; the
 *     shift by one happens in training
 * @param documents lengths of the documents packed into it, summing to its length; one entry when nothing is packed.
 *     Attention does not cross them, positions restart, and the first token of each is never a target
 * @param documentLabels what each document as a whole is labelled with, a class index or a number; NaN where it has no
 *     such label; empty where none has
 */
public record TokenRow(int[] inputIds, int[] labels, int[] documents, double[] documentLabels) {

    public static final int IGNORED = -100;

    public TokenRow {
        if (labels.length != inputIds.length) {
            throw new IllegalArgumentException(
                    "labels has " + labels.length + " entries, input_ids has " + inputIds.length);
        }
        if (Arrays.stream(documents).sum() != inputIds.length) {
            throw new IllegalArgumentException("documents must sum to " + inputIds.length);
        }
        if (documentLabels.length != 0 && documentLabels.length != documents.length) {
            throw new IllegalArgumentException(
                    "documentLabels has " + documentLabels.length + " entries, documents has " + documents.length);
        }
    }

    /** A row none of whose documents is labelled as a whole. */
    public TokenRow(int[] inputIds, int[] labels, int[] documents) {
        this(inputIds, labels, documents, new double[0]);
    }

    /** A row of one document. */
    public static TokenRow of(int[] inputIds, int[] labels) {
        return new TokenRow(inputIds, labels, new int[] {inputIds.length});
    }

    /** A document that is labelled as a whole: no token of it is trained. */
    public static TokenRow labelled(int[] inputIds, double label) {
        var labels = new int[inputIds.length];
        Arrays.fill(labels, IGNORED);
        return new TokenRow(inputIds, labels, new int[] {inputIds.length}, new double[] {label});
    }

    public int length() {
        return inputIds.length;
    }

    /** The label of a document as a whole; NaN where it has none. */
    public double documentLabel(int document) {
        return documentLabels.length == 0 ? Double.NaN : documentLabels[document];
    }

    /** Whether a document is labelled as a whole. */
    public boolean hasDocumentLabel() {
        return Arrays.stream(documentLabels).anyMatch(label -> !Double.isNaN(label));
    }

    /** Tokens that are trained: labelled, and not first in their document. */
    public int targets() {
        var count = 0;
        var start = 0;
        for (var length : documents) {
            for (var i = start + 1; i < start + length; i++) {
                if (labels[i] != IGNORED) {
                    count++;
                }
            }
            start += length;
        }
        return count;
    }
}
