package org.filigree.trainer.forecast;

import org.filigree.engine.MemoryForecast;

/**
 * What one executor takes while it trains.
 *
 * @param sizes of base and sessions; an engine's temporaries inside a kernel come on top
 * @param tasks at the same time, each with a session
 * @param longest tokens of the longest row
 */
public record ExecutorMemory(MemoryForecast sizes, int tasks, int longest) {

    private static final long MIB = 1L << 20;

    /** Spark's own share and the JVM's, and the token rows that tasks hold. */
    private static final long HEAP_OF_SPARK = 512 * MIB;

    /** Broadcast: the values and their serialized form. */
    private static final int ADAPTERS_A_JVM = 2;

    /** Gradients or delta, the result's frame and its serialized form. */
    private static final int ADAPTERS_A_TASK = 3;

    /** Adapters that a worker's moments come to: once between rounds, once more while a task makes new ones. */
    private static final int MOMENTS = 2;

    /** Native bytes of base and sessions. */
    public long needed(int microBatch) {
        return sizes.base() + sessions(microBatch);
    }

    public long sessions(int microBatch) {
        return tasks * sizes.session((long) microBatch * longest);
    }

    /**
     * Java heap, about.
     *
     * @param keeping workers that leave their moments here between rounds
     */
    public long heap(long trainable, int keeping) {
        var moments = keeping == 0 ? 0 : MOMENTS * ((long) keeping + tasks);
        return HEAP_OF_SPARK + (ADAPTERS_A_JVM + (long) tasks * ADAPTERS_A_TASK + moments) * trainable * Float.BYTES;
    }

    /** The largest micro-batch that fits, {@code most} at most; 0 where none does. */
    public int largest(long available, int most) {
        var fits = 0;
        var tooMany = most + 1;
        while (tooMany - fits > 1) {
            var middle = (fits + tooMany) >>> 1;
            if (needed(middle) <= available) {
                fits = middle;
            } else {
                tooMany = middle;
            }
        }
        return fits;
    }
}
