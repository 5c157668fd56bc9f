package org.filigree.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.filigree.model.Block;
import org.filigree.model.Op;

/**
 * When each activation of a block dies, and which gradients exist at all: only those on the way to something trainable.
 *
 * @param wants names whose gradient is computed
 * @param active by op: whether it runs backward
 * @param kept names that backward reads
 * @param afterForward by op: names that nothing reads later, backward neither
 * @param afterInference the same where no backward follows
 * @param afterBackward by op: kept names that no earlier op's backward reads
 * @param rerun by op: whether recomputation must run it
 */
record BlockPlan(
        Block block,
        Set<String> wants,
        boolean[] active,
        Set<String> kept,
        List<List<String>> afterForward,
        List<List<String>> afterInference,
        List<List<String>> afterBackward,
        boolean[] rerun) {

    /**
     * @param trains whether an op has a trainable parameter
     * @param inputWanted whether an earlier block trains anything
     */
    static BlockPlan of(Block block, Predicate<Op> trains, boolean inputWanted) {
        var ops = block.ops();
        var wants = new HashSet<String>();
        if (inputWanted) {
            wants.add(block.input());
        }
        var active = new boolean[ops.size()];
        var kept = new HashSet<String>();
        var savedBy = new ArrayList<List<String>>();
        for (var i = 0; i < active.length; i++) {
            var op = ops.get(i);
            active[i] = trains.test(op) || op.inputs().stream().anyMatch(wants::contains);
            if (active[i]) {
                wants.addAll(op.outputs());
            }
            savedBy.add(active[i] ? OpRunners.of(op).saved(op, trains.test(op)) : List.of());
            kept.addAll(savedBy.get(i));
        }
        return new BlockPlan(
                block,
                Set.copyOf(wants),
                active,
                Set.copyOf(kept),
                deaths(block, kept),
                deaths(block, Set.of()),
                backwardDeaths(savedBy),
                rerun(block, active, kept));
    }

    boolean anyActive() {
        for (var a : active) {
            if (a) {
                return true;
            }
        }
        return false;
    }

    private static List<List<String>> deaths(Block block, Set<String> kept) {
        Map<String, Integer> last = new HashMap<>();
        for (var i = 0; i < block.ops().size(); i++) {
            for (var name : block.ops().get(i).outputs()) {
                last.put(name, i);
            }
            for (var name : block.ops().get(i).inputs()) {
                last.put(name, i);
            }
        }
        var deaths = new ArrayList<List<String>>();
        for (var i = 0; i < block.ops().size(); i++) {
            deaths.add(new ArrayList<>());
        }
        last.forEach((name, i) -> {
            if (!kept.contains(name) && !name.equals(block.output())) {
                deaths.get(i).add(name);
            }
        });
        return deaths;
    }

    private static List<List<String>> backwardDeaths(List<List<String>> savedBy) {
        var deaths = new ArrayList<List<String>>();
        var seen = new HashSet<String>();
        for (var saved : savedBy) {
            deaths.add(saved.stream().distinct().filter(seen::add).toList());
        }
        return deaths;
    }

    private static boolean[] rerun(Block block, boolean[] active, Set<String> kept) {
        var needed = new HashSet<>(kept);
        var rerun = new boolean[active.length];
        for (var i = active.length - 1; i >= 0; i--) {
            var op = block.ops().get(i);
            rerun[i] = (active[i] && OpRunners.of(op).keepsAside(op))
                    || op.outputs().stream().anyMatch(needed::contains);
            if (rerun[i]) {
                needed.addAll(op.inputs());
            }
        }
        return rerun;
    }
}
