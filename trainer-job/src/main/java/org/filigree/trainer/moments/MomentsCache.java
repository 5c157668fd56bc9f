package org.filigree.trainer.moments;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.filigree.lora.AdamW;

/**
 * What the tasks of a JVM leave for those of the next round: each worker's moments after its newest round, of few runs.
 * Nothing depends on it, as what is not here is made again; nobody changes an array that is or was here.
 */
public final class MomentsCache {

    private static final int RUNS = 2;

    private record Kept(int round, AdamW.Moments moments) {}

    private final Map<String, Map<Integer, Kept>> runs = new LinkedHashMap<>(4, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Map<Integer, Kept>> eldest) {
            return size() > RUNS;
        }
    };

    /** Empty where the worker made the round elsewhere, or another since. */
    public synchronized Optional<AdamW.Moments> after(String run, int worker, int round) {
        return Optional.ofNullable(runs.getOrDefault(run, Map.of()).get(worker))
                .filter(kept -> kept.round() == round)
                .map(Kept::moments);
    }

    /** A task that ends late takes nothing from the rounds after its own. */
    public synchronized void put(String run, int worker, int round, AdamW.Moments moments) {
        var workers = runs.computeIfAbsent(run, r -> new HashMap<>());
        workers.merge(worker, new Kept(round, moments), (old, made) -> old.round() > round ? old : made);
        // Who was here two rounds ago and not since works elsewhere now.
        workers.values().removeIf(kept -> kept.round() < round - 1);
    }
}
