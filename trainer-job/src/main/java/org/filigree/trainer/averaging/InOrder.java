package org.filigree.trainer.averaging;

import java.util.ArrayDeque;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * Works on independent parts on some threads, and hands their results on in the order of the parts: as no part sees
 * another, the number of threads changes no bit.
 *
 * @param threads that work at once; with one it is the caller's
 */
public record InOrder(int threads) {

    /** For a task, which has a core. */
    public static final InOrder ON_THE_CALLERS_THREAD = new InOrder(1);

    /** Parts begun and not handed on, a thread: results that wait take memory. */
    private static final int AHEAD = 2;

    /** For a driver between jobs, which has the machine. */
    public static InOrder onAllCores() {
        return new InOrder(Runtime.getRuntime().availableProcessors());
    }

    /**
     * Gives the results of parts {@code 0 .. count-1} to {@code sink}, on the caller's thread. Throws what the first part
     * that failed has thrown.
     */
    public <T> void forEach(int count, IntFunction<T> part, Consumer<T> sink) {
        if (threads == 1 || count <= 1) {
            for (var i = 0; i < count; i++) {
                sink.accept(part.apply(i));
            }
            return;
        }
        var pool = Executors.newFixedThreadPool(Math.min(threads, count));
        var begun = new ArrayDeque<Future<T>>();
        try {
            for (var i = 0; i < count; i++) {
                var at = i;
                begun.add(pool.submit(() -> part.apply(at)));
                if (begun.size() == AHEAD * threads) {
                    sink.accept(result(begun.remove()));
                }
            }
            while (!begun.isEmpty()) {
                sink.accept(result(begun.remove()));
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private static <T> T result(Future<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw new CompletionException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CompletionException(e);
        }
    }
}
