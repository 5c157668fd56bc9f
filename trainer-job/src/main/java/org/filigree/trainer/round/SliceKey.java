package org.filigree.trainer.round;

import org.apache.spark.Partitioner;

/** Slice and worker as one number that sorts by slice, then by worker; a partition a slice. */
final class SliceKey extends Partitioner {

    private static final long serialVersionUID = 1;

    private final int slices;

    SliceKey(int slices) {
        this.slices = slices;
    }

    static long of(int slice, int worker) {
        return (long) slice << Integer.SIZE | worker;
    }

    static int slice(long key) {
        return (int) (key >>> Integer.SIZE);
    }

    @Override
    public int numPartitions() {
        return slices;
    }

    @Override
    public int getPartition(Object key) {
        return slice((Long) key);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SliceKey that && that.slices == slices;
    }

    @Override
    public int hashCode() {
        return slices;
    }
}
