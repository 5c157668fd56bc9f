package org.filigree.trainer.averaging;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.filigree.lora.AdapterLayout;
import org.filigree.lora.AdapterPlan;
import org.filigree.lora.CounterRandom;

/**
 * What of an adapter travels, and as which bytes: unit after unit, so that a part of an adapter is a range of units and a
 * range of bytes. Tensors that do not train stay at home. Moments go in float32: AdamW divides by the root of the second,
 * and what int8 makes zero of would be divided by nothing.
 */
public final class AdapterWire {

    /**
     * Tensors that are averaged as one: A and B of a module, or a weight by itself.
     *
     * @param wrap null for a weight
     * @param tensors those that travel
     */
    public record Unit(AdapterPlan.Wrap wrap, List<AdapterLayout.Tensor> tensors) {
        public int elements() {
            return tensors.stream().mapToInt(AdapterLayout.Tensor::elements).sum();
        }
    }

    private final List<Unit> units;
    private final WireFormat format;
    private final boolean moments;

    public AdapterWire(AdapterPlan plan, WireFormat format, boolean moments) {
        this.units = units(plan);
        this.format = format;
        this.moments = moments;
    }

    private static List<Unit> units(AdapterPlan plan) {
        var units = new ArrayList<Unit>();
        for (var wrap : plan.wraps()) {
            var a = plan.layout().find(wrap.a());
            var b = plan.layout().find(wrap.b());
            units.add(new Unit(wrap, plan.trainsA() ? List.of(a, b) : List.of(b)));
        }
        for (var weight : plan.weights()) {
            units.add(new Unit(null, List.of(plan.layout().find(weight))));
        }
        return List.copyOf(units);
    }

    /** The same units in float32. */
    public AdapterWire exact() {
        return new AdapterWire(units, WireFormat.FLOAT32, moments);
    }

    private AdapterWire(List<Unit> units, WireFormat format, boolean moments) {
        this.units = units;
        this.format = format;
        this.moments = moments;
    }

    public List<Unit> units() {
        return units;
    }

    public boolean moments() {
        return moments;
    }

    /** Bounds {@code [slices + 1]} of runs of units with about as many elements each. */
    public int[] cut(int slices) {
        var total = units.stream().mapToLong(Unit::elements).sum();
        var bounds = new int[slices + 1];
        var unit = 0;
        var sum = 0L;
        for (var s = 1; s <= slices; s++) {
            while (unit < units.size() && sum + units.get(unit).elements() / 2 < total * s / slices) {
                sum += units.get(unit++).elements();
            }
            bounds[s] = unit;
        }
        bounds[slices] = units.size();
        return bounds;
    }

    /** Bytes of units {@code from .. to-1}. */
    public long bytes(int from, int to) {
        return units.subList(from, to).stream().mapToLong(this::bytes).sum();
    }

    public long bytes() {
        return bytes(0, units.size());
    }

    private long bytes(Unit unit) {
        return unit.tensors().stream()
                .mapToLong(tensor -> format.bytes(tensor.elements())
                        + (moments ? 2 * WireFormat.FLOAT32.bytes(tensor.elements()) : 0))
                .sum();
    }

    /** Where each of the units {@code from .. to-1} begins among the bytes of them all, and where the last ends. */
    int[] places(int from, int to) {
        var places = new int[to - from + 1];
        for (var i = 0; i < to - from; i++) {
            places[i + 1] = Math.toIntExact(places[i] + bytes(units.get(from + i)));
        }
        return places;
    }

    /**
     * Units {@code from .. to-1} of a whole adapter.
     *
     * @param key of whoever sends it, for stochastic rounding
     */
    public byte[] encode(AdapterState adapter, int from, int to, long key, InOrder threads) {
        var places = places(from, to);
        var bytes = new byte[places[to - from]];
        threads.forEach(
                to - from,
                i -> {
                    var out = ByteBuffer.wrap(bytes).position(places[i]);
                    for (var tensor : units.get(from + i).tensors()) {
                        encode(adapter, tensor, tensor.offset(), key, out);
                    }
                    return out;
                },
                encoded -> {});
        return bytes;
    }

    /** A unit by itself. */
    public void encode(Unit unit, AdapterState alone, long key, ByteBuffer out) {
        var place = 0;
        for (var tensor : unit.tensors()) {
            encode(alone, tensor, place, key, out);
            place += tensor.elements();
        }
    }

    private void encode(AdapterState state, AdapterLayout.Tensor tensor, int place, long key, ByteBuffer out) {
        var own = CounterRandom.key(key, CounterRandom.name(tensor.name()));
        format.encode(state.values(), place, tensor.elements(), own, out);
        if (moments) {
            WireFormat.FLOAT32.encode(state.first(), place, tensor.elements(), own, out);
            WireFormat.FLOAT32.encode(state.second(), place, tensor.elements(), own, out);
        }
    }

    /** Reads all units into a whole adapter; what does not travel stays as it is there. */
    public void decode(ByteBuffer in, AdapterState into) {
        for (var unit : units) {
            for (var tensor : unit.tensors()) {
                decode(in, tensor, tensor.offset(), into);
            }
        }
    }

    /** Reads the next unit, which must be {@code unit}. */
    public AdapterState decode(ByteBuffer in, Unit unit) {
        var alone = AdapterState.zero(unit.elements(), moments);
        var place = 0;
        for (var tensor : unit.tensors()) {
            decode(in, tensor, place, alone);
            place += tensor.elements();
        }
        return alone;
    }

    private void decode(ByteBuffer in, AdapterLayout.Tensor tensor, int place, AdapterState into) {
        format.decode(in, into.values(), place, tensor.elements());
        if (moments) {
            WireFormat.FLOAT32.decode(in, into.first(), place, tensor.elements());
            WireFormat.FLOAT32.decode(in, into.second(), place, tensor.elements());
        }
    }

    /** Puts a unit where it belongs in a whole adapter. */
    public void place(Unit unit, AdapterState alone, AdapterState into) {
        var place = 0;
        for (var tensor : unit.tensors()) {
            System.arraycopy(alone.values(), place, into.values(), tensor.offset(), tensor.elements());
            if (moments) {
                System.arraycopy(alone.first(), place, into.first(), tensor.offset(), tensor.elements());
                System.arraycopy(alone.second(), place, into.second(), tensor.offset(), tensor.elements());
            }
            place += tensor.elements();
        }
    }
}
