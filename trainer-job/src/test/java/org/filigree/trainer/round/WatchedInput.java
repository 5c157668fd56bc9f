package org.filigree.trainer.round;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.filigree.engine.Base;

/**
 * A tiny input that counts its loads and hears of every row that is read. Travels by its name alone: tasks of a local
 * master find the one that the test made.
 */
final class WatchedInput implements LikeTinyInput {

    private static final long serialVersionUID = 1;

    /** What a test watches, where its tasks find it. */
    static final class Watch {
        final AtomicInteger loads = new AtomicInteger();
        volatile IntConsumer onRow = id -> {};
    }

    private static final java.util.Map<String, Watch> WATCHES = new java.util.concurrent.ConcurrentHashMap<>();

    private final TinyInput input = new TinyInput(0, false);
    private final String name;

    WatchedInput(String name) {
        this.name = name;
    }

    Watch watch() {
        return WATCHES.computeIfAbsent(name, n -> new Watch());
    }

    @Override
    public TinyInput input() {
        return input;
    }

    float[] start() {
        return input.start();
    }

    @Override
    public String baseFingerprint() {
        return "watched " + name;
    }

    @Override
    public Base load() {
        watch().loads.incrementAndGet();
        return input.load();
    }

    @Override
    public String corpusFingerprint() {
        return "watched " + name;
    }

    @Override
    public Rows rows(Side side) {
        return id -> {
            watch().onRow.accept(id);
            return TinyRows.row(id);
        };
    }
}
