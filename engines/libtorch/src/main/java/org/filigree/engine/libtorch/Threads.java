package org.filigree.engine.libtorch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;
import org.filigree.engine.EngineUnavailableException;

/**
 * The JVM's threads. A native call keeps to its caller's thread: OpenBLAS's own threads wait for each other spinning,
 * which costs half of a product on free cores and many times the product on busy ones. Parallel are the lanes of a
 * batch and, where it has too few lanes, the rows of a product.
 */
final class Threads {

    private static final ExecutorService HELPERS = Executors.newCachedThreadPool(work -> {
        var thread = new Thread(work, "filigree-lane");
        thread.setDaemon(true);
        return thread;
    });

    /** 0 before the first engine is opened. */
    private static int total;

    /** What a thread may use; libtorch keeps its own number by thread too. */
    private static final ThreadLocal<Integer> SHARE = ThreadLocal.withInitial(() -> {
        torch.set_num_threads(1);
        return total;
    });

    private Threads() {}

    /** One value a JVM: equal bits depend on it, and so do the natives' globals. */
    static synchronized void set(int threads) {
        if (total != 0 && total != threads) {
            throw new EngineUnavailableException(
                    "engine libtorch runs with %d threads in this JVM already; %d were asked for"
                            .formatted(total, threads));
        }
        total = threads;
        torch.set_num_threads(1);
        openblas.blas_set_num_threads(1);
    }

    /** Threads the caller may use. */
    static int share() {
        return SHARE.get();
    }

    /** Rows {@code 0 .. count} cut evenly among the caller's threads, no part below {@code least}. */
    static void overRows(int count, int least, Rows work) {
        var parts = Math.max(1, Math.min(share(), count / least));
        if (parts == 1) {
            work.run(0, count);
            return;
        }
        IntConsumer part = i -> {
            var from = (int) ((long) count * i / parts);
            work.run(from, (int) ((long) count * (i + 1) / parts) - from);
        };
        runAll(IntStream.range(0, parts)
                .mapToObj(i -> (Runnable) () -> part.accept(i))
                .toList());
    }

    interface Rows {
        void run(int from, int count);
    }

    /** Runs the parts at once, each with an equal share of the caller's threads; throws what the first to fail threw. */
    static void runAll(List<Runnable> parts) {
        var whole = share();
        var each = Math.max(1, whole / parts.size());
        var helpers = new ArrayList<Future<?>>();
        for (var part : parts.subList(1, parts.size())) {
            helpers.add(HELPERS.submit(() -> withShare(each, part)));
        }
        Throwable failure = null;
        try {
            withShare(each, parts.get(0));
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        for (var helper : helpers) {
            var later = ended(helper);
            failure = failure == null ? later : failure;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure != null) {
            throw (RuntimeException) failure;
        }
    }

    private static void withShare(int share, Runnable part) {
        var before = share();
        SHARE.set(share);
        try {
            part.run();
        } finally {
            SHARE.set(before);
        }
    }

    /** Waits whatever happens, for the helper works in the caller's memory. Returns what it threw, or null. */
    private static Throwable ended(Future<?> helper) {
        var interrupted = false;
        try {
            while (true) {
                try {
                    helper.get();
                    return null;
                } catch (java.util.concurrent.ExecutionException e) {
                    return e.getCause();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
