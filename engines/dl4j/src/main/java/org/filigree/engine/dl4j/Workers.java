package org.filigree.engine.dl4j;

import java.util.ArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Cuts a kernel's work into as many parts as there are threads. The cut depends on the numbers alone, and a part writes
 * what no other does, so that the bits do not depend on who runs when. Native calls keep to their caller's thread, and what
 * a part calls is not cut again: lanes of a batch may be parts.
 */
final class Workers {

    private static final ExecutorService HELPERS = Executors.newCachedThreadPool(work -> {
        var thread = new Thread(work, "filigree-dl4j");
        thread.setDaemon(true);
        return thread;
    });

    /** Set while a thread runs one of several parts. */
    private static final ThreadLocal<Boolean> INSIDE = ThreadLocal.withInitial(() -> false);

    private final int threads;

    Workers(int threads) {
        this.threads = threads;
    }

    /** A part: {@code count} items from {@code from} on. */
    interface Part {
        void run(int from, int count);
    }

    /** Runs parts of at least {@code fewest} items, the first by the caller; returns when all have ended. */
    void over(int items, int fewest, Part part) {
        var parts = Math.min(threads, items / Math.max(1, fewest));
        if (parts <= 1 || INSIDE.get()) {
            part.run(0, items);
            return;
        }
        var size = (items + parts - 1) / parts;
        var others = new ArrayList<Future<?>>();
        for (var from = size; from < items; from += size) {
            var begin = from;
            others.add(HELPERS.submit(() -> inside(part, begin, Math.min(size, items - begin))));
        }
        Throwable failure = null;
        try {
            inside(part, 0, size);
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        for (var other : others) {
            failure = first(failure, await(other));
        }
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure != null) {
            throw (RuntimeException) failure;
        }
    }

    private static void inside(Part part, int from, int count) {
        INSIDE.set(true);
        try {
            part.run(from, count);
        } finally {
            INSIDE.set(false);
        }
    }

    private static Throwable first(Throwable one, Throwable other) {
        return one == null ? other : one;
    }

    /** Waits even when interrupted, for the part writes to memory that the caller is about to reuse. */
    private static Throwable await(Future<?> part) {
        var interrupted = false;
        try {
            while (true) {
                try {
                    part.get();
                    return null;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    return e.getCause();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
