package org.filigree.trainer.order;

import java.util.Arrays;
import org.filigree.lora.CounterRandom;

/**
 * Which row stands where in the endless sequence of a run's rows: a function of (corpus fingerprint, seed, epoch) alone,
 * so any worker and any resumed driver computes the same. The sequence runs on across the end of an epoch: a batch there
 * takes its last rows from the next epoch, so every batch has the same number of rows and no row is left out.
 *
 * <p>Shuffled, row groups are permuted, and rows are permuted within windows of consecutive groups, so a reader needs no
 * more than a window's groups at once. Used by one thread.
 */
public final class RowOrder {

    /** Row groups shuffled together. */
    public static final int WINDOW = 16;

    private final String fingerprint;
    private final long seed;
    private final int[] firstRows;
    private final boolean shuffle;
    private final int window;

    /** The epoch sliced last: a step asks for few rows of it. */
    private long heldEpoch = -1;

    private int[] held = {};

    /**
     * @param fingerprint of the corpus
     * @param groupRows rows of each row group, in the corpus's order
     * @param window row groups shuffled together, at least 1
     */
    public RowOrder(String fingerprint, long seed, int[] groupRows, boolean shuffle, int window) {
        if (window < 1) {
            throw new IllegalArgumentException("a window needs a row group, found " + window);
        }
        this.fingerprint = fingerprint;
        this.seed = seed;
        this.shuffle = shuffle;
        this.window = window;
        firstRows = new int[groupRows.length + 1];
        for (var i = 0; i < groupRows.length; i++) {
            firstRows[i + 1] = Math.addExact(firstRows[i], groupRows[i]);
        }
        if (rows() == 0) {
            throw new IllegalArgumentException("the corpus has no rows");
        }
    }

    public int rows() {
        return firstRows[firstRows.length - 1];
    }

    /** Row ids of places {@code from .. from+count-1} of the sequence. */
    public int[] slice(long from, int count) {
        var slice = new int[count];
        for (var i = 0; i < count; i++) {
            var place = from + i;
            if (place / rows() != heldEpoch) {
                heldEpoch = place / rows();
                held = epoch(heldEpoch);
            }
            slice[i] = held[(int) (place % rows())];
        }
        return slice;
    }

    /** All rows once, in the order of that epoch. */
    public int[] epoch(long epoch) {
        var order = new int[rows()];
        if (!shuffle) {
            Arrays.setAll(order, i -> i);
            return order;
        }
        var key = CounterRandom.key(CounterRandom.name(fingerprint), seed, epoch);
        var groups = new int[firstRows.length - 1];
        Arrays.setAll(groups, i -> i);
        permute(groups, 0, groups.length, CounterRandom.key(key, 0));
        var at = 0;
        for (var first = 0; first < groups.length; first += window) {
            var start = at;
            for (var g = first; g < Math.min(first + window, groups.length); g++) {
                for (var row = firstRows[groups[g]]; row < firstRows[groups[g] + 1]; row++) {
                    order[at++] = row;
                }
            }
            permute(order, start, at, CounterRandom.key(key, 1, first));
        }
        return order;
    }

    /** Fisher and Yates, from the end. */
    private static void permute(int[] values, int from, int to, long key) {
        for (var i = to - 1; i > from; i--) {
            var j = from + (int) CounterRandom.below(key, i, i - from + 1L);
            var held = values[i];
            values[i] = values[j];
            values[j] = held;
        }
    }
}
