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
 */
public record TokenRow(int[] inputIds, int[] labels, int[] documents) {

    public static final int IGNORED = -100;

    public TokenRow {
        if (labels.length != inputIds.length) {
            throw new IllegalArgumentException(
                    "labels has " + labels.length + " entries, input_ids has " + inputIds.length);
        }
        if (Arrays.stream(documents).sum() != inputIds.length) {
            throw new IllegalArgumentException("documents must sum to " + inputIds.length);
        }
    }

    /** A row of one document. */
    public static TokenRow of(int[] inputIds, int[] labels) {
        return new TokenRow(inputIds, labels, new int[] {inputIds.length});
    }

    public int length() {
        return inputIds.length;
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
