package org.filigree.engine;

import java.util.Map;
import java.util.TreeMap;
import org.filigree.model.Op;

/** The weights an op reads: the base's, or an adapter's own copy where it trains them; and the adapters in their slots. */
final class Parameters {

    private final Base base;
    private final Map<Integer, AdapterSlot> slots = new TreeMap<>();
    private AdapterSlot trainsWeights;

    Parameters(Base base) {
        this.base = base;
    }

    Map<Integer, AdapterSlot> slots() {
        return slots;
    }

    /** The adapter in that slot, or null: its rows see the base alone. */
    AdapterSlot slot(int slot) {
        return slots.get(slot);
    }

    AdapterSlot require(int slot) {
        var adapter = slots.get(slot);
        if (adapter == null) {
            throw new IllegalArgumentException("no adapter in slot " + slot + "; there are " + slots.keySet());
        }
        return adapter;
    }

    void put(int slot, AdapterSlot adapter) {
        var others = slots.size() - (slots.containsKey(slot) ? 1 : 0);
        if (others > 0 && (adapter.trainsWeights() || (trainsWeights != null && trainsWeights != slots.get(slot)))) {
            throw new IllegalArgumentException("weights of the base are trained by one adapter alone in a session");
        }
        remove(slot);
        slots.put(slot, adapter);
        if (adapter.trainsWeights()) {
            trainsWeights = adapter;
        }
    }

    void remove(int slot) {
        var old = slots.remove(slot);
        if (old != null) {
            if (old == trainsWeights) {
                trainsWeights = null;
            }
            old.close();
        }
    }

    boolean trainsWeights() {
        return trainsWeights != null;
    }

    Buffer weight(String name) {
        var own = trainsWeights == null ? null : trainsWeights.weight(name);
        return own != null ? own : base.weight(name);
    }

    /** Where the gradient of a base weight is summed, or null where it is frozen. */
    Buffer weightGradient(String name) {
        return trainsWeights == null || name == null ? null : trainsWeights.weightGradient(name);
    }

    /** Whether any adapter trains a parameter of the op. */
    boolean trains(Op op) {
        if (op instanceof Op.Linear linear) {
            return slots.values().stream().anyMatch(slot -> slot.lowRank(linear.module()) != null)
                    || weightGradient(linear.weight()) != null
                    || weightGradient(linear.bias()) != null;
        }
        if (op instanceof Op.Norm norm) {
            return weightGradient(norm.weight()) != null || weightGradient(norm.bias()) != null;
        }
        return op instanceof Op.Embedding embedding && weightGradient(embedding.weight()) != null;
    }
}
