package org.filigree.trainer.simulation;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What happens and what does not, out of a seed: some simulations have many pauses, some none. */
final class Luck {

    /** What disturbs a run. */
    enum Kind {
        KILL(1),
        KILL_IN_A_WRITE(5),
        PAUSE(1),
        START_BESIDE(1),
        STOP(0.3),
        FAILURE(1),
        FULL_DISK(3),
        TASK_AGAIN(1);

        private final double weight;

        /** @param weight more for what there are few occasions for */
        Kind(double weight) {
            this.weight = weight;
        }
    }

    private static final double[] RATES = {0, 0.003, 0.01, 0.03};

    private final Random random;
    private final Map<Kind, Double> rates = new EnumMap<>(Kind.class);
    private final Map<Kind, Integer> happened = new EnumMap<>(Kind.class);
    private final double changing;
    private int left;

    /** @param disruptions at most, then all goes well */
    Luck(Random random, int disruptions) {
        this.random = random;
        this.left = disruptions;
        for (var kind : Kind.values()) {
            rates.put(kind, kind.weight * rate());
        }
        this.changing = 5 * rate();
    }

    private double rate() {
        return RATES[random.nextInt(RATES.length)];
    }

    /** Whether it happens now. */
    boolean has(Kind kind) {
        if (left == 0 || random.nextDouble() >= rates.get(kind)) {
            return false;
        }
        left--;
        happened.merge(kind, 1, Integer::sum);
        return true;
    }

    int times(Kind kind) {
        return happened.getOrDefault(kind, 0);
    }

    /** Whether something may happen yet. */
    boolean lasts() {
        return left > 0;
    }

    void ends() {
        left = 0;
    }

    /** Whether another driver moves now. */
    boolean changes() {
        return random.nextDouble() < changing;
    }

    boolean either() {
        return random.nextBoolean();
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    <T> T any(List<T> items) {
        return items.get(random.nextInt(items.size()));
    }

    byte[] cutOff(byte[] bytes) {
        return Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
    }

    void shuffle(List<?> items) {
        Collections.shuffle(items, random);
    }
}
