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

    private record Of(Unit unit, UnitAverage.Averaged averaged) {}

    /**
     * @param sent of workers 0 to n-1; that nobody is missing after the last is for the caller to see
     * @param received the same units as the workers received them; not read where they sent gradients
     * @param sink takes the units in order
     * @throws IllegalArgumentException when one of them is missing or there twice
     */
    public void average(List<Sent> sent, ByteBuffer received, InOrder threads, Sink sink) {
        var byWorker =
                sent.stream().sorted(Comparator.comparingInt(Sent::worker)).toList();
        var places = wire.places(from, to);
        threads.<Of>forEach(
                to - from,
                i -> average(wire.units().get(from + i), places[i], byWorker, received),
                of -> sink.accept(
                        of.unit(), of.averaged().state(), of.averaged().drift()));
    }

    private Of average(Unit unit, int place, List<Sent> byWorker, ByteBuffer received) {
        var parts = byWorker.stream()
                .map(part -> new UnitAverage.Sent(part.worker(), decoded(part.bytes(), place, unit), part.tokens()))
                .toList();
        var before = rules.gradients() ? null : decoded(received, place, unit);
        return new Of(unit, new UnitAverage(rules, unit, before, parts).average());
    }

    private AdapterState decoded(ByteBuffer slice, int place, Unit unit) {
        return wire.decode(slice.duplicate().position(slice.position() + place), unit);
    }
}
