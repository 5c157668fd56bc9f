package org.filigree.trainer.round;

import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.filigree.engine.Base;
import org.filigree.engine.Session;
import org.filigree.engine.SessionOptions;

/**
 * What a JVM keeps between tasks: bases, and sessions that nobody uses just now. The one place with state of its own;
 * a round does not depend on it, since {@link Session#put} starts every round from values alone.
 */
final class ExecutorCache {

    static final ExecutorCache OF_THIS_JVM = new ExecutorCache();

    private record Loaded(Base base, Queue<Session> idle) {}

    private final ConcurrentHashMap<String, Loaded> loaded = new ConcurrentHashMap<>();

    private Loaded loaded(WorkerInput input) {
        return loaded.computeIfAbsent(
                input.fingerprint(), f -> new Loaded(input.load(), new ConcurrentLinkedQueue<>()));
    }

    /** A session of the caller's own until {@link #giveBack}; one that failed is closed instead. */
    Session borrow(WorkerInput input) {
        var from = loaded(input);
        var idle = from.idle().poll();
        return idle != null ? idle : from.base().session(SessionOptions.DEFAULT);
    }

    void giveBack(WorkerInput input, Session session) {
        loaded(input).idle().add(session);
    }
}
