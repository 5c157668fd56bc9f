package org.filigree.engine;

import org.filigree.lora.AdamW;
import org.filigree.lora.AdapterPlan;

/**
 * One task's work on a base: its adapters, their gradients and optimizer moments, and the buffers of the tape. Owns its
 * native memory; used by one thread. Obtained from {@link Base#session}.
 */
public interface Session extends AutoCloseable {

    /**
     * Places an adapter in a slot (any int from 0), with zero gradients and zero moments; replaces what was there.
     *
     * @param values {@code [plan.layout().size()]}
     */
    void put(int slot, AdapterPlan plan, float[] values);

    /** Empties a slot: its rows then see the base alone. */
    void remove(int slot);

    /** The adapter's values now. */
    float[] values(int slot);

    /** The moments of the adapter's optimizer now, in the layout's order; zero before the first update. */
    AdamW.Moments moments(int slot);

    /** Goes on with the moments of an earlier session. */
    void setMoments(int slot, AdamW.Moments moments);

    /** Runs a batch forward and backward; adds the gradients of the SUM of token losses to each slot's. */
    RowLosses accumulate(Batch batch);

    /** Copies the slot's summed gradients out, in the layout's order. */
    void gradients(int slot, float[] into);

    void zeroGradients(int slot);

    /** Sum of squares of the slot's summed gradients. */
    double squaredGradientNorm(int slot);

    /** One AdamW step on the slot from its summed gradients, which it then zeroes. */
    void update(int slot, AdamWStep step);

    /** Losses and correct tokens without gradients or dropout. */
    RowLosses score(Batch batch);

    /** Logits after each of the given tokens of the batch, without dropout: {@code [at.length][vocabulary]}. */
    float[][] logits(Batch batch, int[] at);

    /**
     * Begins generation with the adapter in {@code slot} (an empty slot: the base).
     *
     * @param capacity most tokens the text may have, prompt included
     */
    Decoding decode(int slot, int capacity);

    /** Bytes of native memory this session holds, the base not counted. */
    long bytes();

    @Override
    void close();

    /** A text being generated: owns its key and value cache. */
    interface Decoding extends AutoCloseable {
        /** Appends tokens and returns the logits after the last of them. */
        float[] append(int[] tokens);

        @Override
        void close();
    }
}
