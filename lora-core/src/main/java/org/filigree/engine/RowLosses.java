package org.filigree.engine;

import java.util.Arrays;

/**
 * What a batch cost, by row in the batch's order: sums, never means, so that any split of a global batch adds up.
 *
 * @param losses sum of the row's token losses
 * @param targets number of tokens summed
 * @param correct targets that were the most likely token; null where only trained, not scored
 */
public record RowLosses(double[] losses, int[] targets, int[] correct) {

    /** The losses of a batch's lanes as those of the batch. */
    static RowLosses join(RowLosses... parts) {
        if (parts.length == 1) {
            return parts[0];
        }
        return new RowLosses(
                Arrays.stream(parts)
                        .flatMapToDouble(p -> Arrays.stream(p.losses))
                        .toArray(),
                Arrays.stream(parts).flatMapToInt(p -> Arrays.stream(p.targets)).toArray(),
                parts[0].correct == null
                        ? null
                        : Arrays.stream(parts)
                                .flatMapToInt(p -> Arrays.stream(p.correct))
                                .toArray());
    }

    public double loss() {
        return Arrays.stream(losses).sum();
    }

    public long tokens() {
        return Arrays.stream(targets).asLongStream().sum();
    }
}
