package org.filigree.trainer.round;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.filigree.trainer.averaging.AdapterState;
import org.filigree.trainer.averaging.AdapterWire;
import org.filigree.trainer.averaging.AveragingRules;
import org.filigree.trainer.averaging.Drift;
import org.filigree.trainer.averaging.InOrder;
import org.filigree.trainer.averaging.SliceAverage;

/**
 * What a round's workers made together.
 *
 * @param losses by worker; a payload, where they still have one, is in the sum
 * @param origins of all that is in the sum; from reducers one of each kind at least
 * @param sum of gradients, or what to add to the adapter's values; {@code [n]}, zero where nothing travelled
 * @param drift of the products
 */
public record RoundSum(
        List<RoundResult> losses, List<Origin> origins, AdapterState sum, Drift.Squares drift, Traffic traffic) {

    /**
     * From the members' whole results, in any order.
     *
     * @param size of the adapter
     * @param received what the workers received
     */
    static RoundSum ofWorkers(
            AveragingRules rules,
            AdapterWire wire,
            int size,
            ByteBuffer received,
            Attendance attendance,
            List<RoundResult> results,
            Traffic traffic,
            InOrder threads) {
        var losses = inOrder(results);
        attendance.require(losses.stream().map(RoundResult::worker).toList());
        var sum = AdapterState.zero(size, wire.moments());
        if (nothing(losses)) {
            return new RoundSum(losses, RoundLoop.origins(losses), sum, Drift.Squares.ZERO, traffic);
        }
        // Numbered anew, as a round may go on without some.
        var sent = IntStream.range(0, losses.size())
                .mapToObj(i -> new SliceAverage.Sent(
                        i, losses.get(i).tokens(), losses.get(i).payload()))
                .toList();
        var drifts = new ArrayList<Drift.Squares>();
        new SliceAverage(rules, wire, 0, wire.units().size())
                .average(sent, received, threads, (unit, average, drift) -> {
                    wire.place(unit, average, sum);
                    drifts.add(drift);
                });
        return new RoundSum(losses, RoundLoop.origins(losses), sum, total(drifts), traffic);
    }

    /** From all slices, in any order; of each a reducer has seen to it that it has every worker's part. */
    static RoundSum ofSlices(
            AdapterWire wire,
            int size,
            Attendance attendance,
            List<SliceResult> slices,
            Traffic traffic,
            InOrder threads) {
        var ordered = slices.stream()
                .sorted(Comparator.comparingInt(SliceResult::slice))
                .toList();
        var losses = inOrder(
                ordered.stream().flatMap(slice -> slice.losses().stream()).toList());
        attendance.require(losses.stream().map(RoundResult::worker).toList());
        var bounds = wire.cut(ordered.size());
        var exact = wire.exact();
        var sum = AdapterState.zero(size, wire.moments());
        var drifts = new ArrayList<Drift.Squares>();
        threads.forEach(
                ordered.size(),
                i -> {
                    var slice = ordered.get(i);
                    var units = exact.units().subList(bounds[slice.slice()], bounds[slice.slice() + 1]);
                    return placed(slice.payload(), units, exact, sum);
                },
                drifts::addAll);
        var origins = ordered.stream()
                .flatMap(slice -> slice.origins().stream())
                .distinct()
                .toList();
        return new RoundSum(losses, origins, sum, total(drifts), traffic);
    }

    private static List<Drift.Squares> placed(
            ByteBuffer payload, List<AdapterWire.Unit> units, AdapterWire exact, AdapterState sum) {
        var drifts = new ArrayList<Drift.Squares>();
        for (var unit : units) {
            drifts.add(new Drift.Squares(payload.getDouble(), payload.getDouble()));
            exact.place(unit, exact.decode(payload, unit), sum);
        }
        return drifts;
    }

    private static Drift.Squares total(List<Drift.Squares> drifts) {
        var total = Drift.Squares.ZERO;
        for (var drift : drifts) {
            total = total.plus(drift);
        }
        return total;
    }

    /** Nothing to average, and the driver stops the run: a worker whose loss is not finite sends no payload, or nobody had a token. */
    static boolean nothing(List<RoundResult> results) {
        return results.stream().anyMatch(result -> result.badRow() >= 0)
                || results.stream().allMatch(result -> result.tokens() == 0);
    }

    private static List<RoundResult> inOrder(List<RoundResult> results) {
        return results.stream()
                .sorted(Comparator.comparingInt(RoundResult::worker))
                .toList();
    }

    /** The workers whose results are in it, in order. */
    List<Integer> members() {
        return losses.stream().map(RoundResult::worker).toList();
    }

    long tokens() {
        return losses.stream().mapToLong(RoundResult::tokens).sum();
    }
}
