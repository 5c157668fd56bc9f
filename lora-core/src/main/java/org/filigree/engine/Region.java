package org.filigree.engine;

/**
 * A piece of the workspace and the number of names that hold it. A region cut out of another (a column view) keeps that
 * one's memory alive.
 */
final class Region {

    private final Workspace workspace;
    private final Region parent;
    private final Buffer buffer;
    private int holders = 1;
    private int cuts;

    Region(Workspace workspace, Region parent, Buffer buffer) {
        this.workspace = workspace;
        this.parent = parent;
        this.buffer = buffer;
    }

    Buffer buffer() {
        return buffer;
    }

    /** One more name for the same memory. */
    Region share() {
        holders++;
        return this;
    }

    /** The columns {@code [from, from + count)} as a region of their own. */
    Region cut(int from, int count) {
        cuts++;
        return new Region(workspace, this, buffer.columns(from, count));
    }

    /** Whether nothing but its one holder can see this memory, so that it may be written in place. */
    boolean exclusive() {
        return holders == 1 && cuts == 0 && (parent == null || parent.holders == 0);
    }

    /** Gives one hold back; the memory returns to the workspace with the last. */
    void release() {
        if (holders == 0) {
            throw new IllegalStateException("released twice");
        }
        holders--;
        settle();
    }

    private void settle() {
        if (holders > 0 || cuts > 0) {
            return;
        }
        if (parent == null) {
            workspace.give(this);
        } else {
            parent.cuts--;
            parent.settle();
        }
    }
}
