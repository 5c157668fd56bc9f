package org.filigree.trainer.simulation;

import java.util.concurrent.Semaphore;

/** One process of {@code train}: a thread that moves only while it holds the baton. */
final class Driver {

    /** @param found what stood there, or null */
    record Look(String path, byte[] found) {}

    private final String name;
    private final Semaphore baton = new Semaphore(0);
    private boolean dead;
    private boolean stopped;
    private long sleepsUntil;
    private boolean ended;
    private int operations;
    private Look look;
    private int lookedIn;

    Driver(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    void pass() {
        baton.release();
    }

    void await() {
        baton.acquireUninterruptibly();
    }

    boolean lives() {
        return !ended;
    }

    void kill() {
        dead = true;
    }

    boolean dead() {
        return dead;
    }

    /** SIGTERM. */
    void stop() {
        stopped = true;
    }

    boolean stopRequested() {
        return stopped;
    }

    void sleep(long until) {
        sleepsUntil = until;
    }

    boolean awake(long now) {
        return sleepsUntil <= now;
    }

    void end() {
        ended = true;
    }

    void operates() {
        operations++;
    }

    void looked(String path, byte[] found) {
        look = new Look(path, found);
        lookedIn = operations;
    }

    /** Null where the last thing it did was not to look at a file. */
    Look lastLook() {
        return lookedIn == operations - 1 ? look : null;
    }
}
