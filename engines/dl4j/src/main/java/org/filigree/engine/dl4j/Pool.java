package org.filigree.engine.dl4j;

import java.util.concurrent.ConcurrentLinkedDeque;

/** The scratch memory of an engine's threads: as many pieces as were ever used at once. */
final class Pool implements AutoCloseable {

    private final Nd4jNatives natives;
    private final ConcurrentLinkedDeque<Scratch> free = new ConcurrentLinkedDeque<>();

    Pool(Nd4jNatives natives) {
        this.natives = natives;
    }

    /** Borrowed until closed. */
    final class Loan implements AutoCloseable {
        private final Scratch scratch;

        private Loan(Scratch scratch) {
            this.scratch = scratch;
        }

        Scratch scratch() {
            return scratch;
        }

        @Override
        public void close() {
            free.push(scratch);
        }
    }

    Loan borrow() {
        var used = free.poll();
        return new Loan(used == null ? new Scratch(natives) : used);
    }

    @Override
    public void close() {
        for (var scratch = free.poll(); scratch != null; scratch = free.poll()) {
            scratch.close();
        }
    }
}
