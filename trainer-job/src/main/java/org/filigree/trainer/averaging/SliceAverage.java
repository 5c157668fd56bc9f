package org.filigree.trainer.averaging;

import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import org.filigree.trainer.averaging.AdapterWire.Unit;

/** A run of units, averaged from the bytes that the workers sent of it: on the driver, or on a reducer. */
public record SliceAverage(AveragingRules rules, AdapterWire wire, int from, int to) {

    /** @param bytes of the slice's units */
    public record Sent(int worker, long tokens, ByteBuffer bytes) {}

    /** Takes a unit's sum of gradients, or what to add to its values, and its share of the drift. */
    public interface Sink {
        void accept(Unit unit, AdapterState average, Drift.Squares drift);
    }

    /**
     * @param received the same units as the workers received them; not read where they sent gradients
     * @param sink takes the units in order
     * @throws IllegalArgumentException when a worker is missing or there twice
     */
    public void average(List<Sent> sent, ByteBuffer received, Sink sink) {
        var byWorker =
                sent.stream().sorted(Comparator.comparingInt(Sent::worker)).toList();
        for (var unit : wire.units().subList(from, to)) {
            var parts = byWorker.stream()
                    .map(part -> new UnitAverage.Sent(part.worker(), wire.decode(part.bytes(), unit), part.tokens()))
                    .toList();
            var averaged = new UnitAverage(rules, unit, rules.gradients() ? null : wire.decode(received, unit), parts)
                    .average();
            sink.accept(unit, averaged.state(), averaged.drift());
        }
    }
}
