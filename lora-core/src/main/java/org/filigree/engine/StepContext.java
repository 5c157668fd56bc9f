package org.filigree.engine;

/**
 * What a pass over a batch shares.
 *
 * @param tokens {@code [N]} ids
 * @param positions {@code [N]}
 * @param cos {@code [N, headDim / 2]}, null without rotary positions; so is {@code sin}
 * @param training whether dropout acts and backward follows
 * @param cache null unless decoding
 */
record StepContext(
        int[] tokens,
        int[] positions,
        Segments segments,
        Buffer cos,
        Buffer sin,
        boolean training,
        KeyValueCache cache) {}
