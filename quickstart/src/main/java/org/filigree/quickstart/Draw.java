package org.filigree.quickstart;

import java.util.List;
import org.filigree.lora.CounterRandom;

/** The choices of one text, in order: the same key makes the same text. */
final class Draw {

    private final long key;
    private long counter;

    Draw(long key) {
        this.key = key;
    }

    int below(int bound) {
        return (int) CounterRandom.below(key, counter++, bound);
    }

    <T> T of(List<T> choices) {
        return choices.get(below(choices.size()));
    }

    boolean oneIn(int times) {
        return below(times) == 0;
    }
}
