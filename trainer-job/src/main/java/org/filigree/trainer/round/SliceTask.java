package org.filigree.trainer.round;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.filigree.trainer.averaging.InOrder;
import org.filigree.trainer.averaging.SliceAverage;
import scala.Tuple2;

/**
 * The second half of a reduce-scatter: averages one slice of the adapter from what every worker sent of it. Spark's
 * shuffle sorts what comes in by worker.
 */
final class SliceTask implements FlatMapFunction<Iterator<Tuple2<Long, RoundResult>>, SliceResult> {

    private static final long serialVersionUID = 1;

    private final WorkerInput input;
    private final RoundPlan plan;
    private final int slices;
    private final Broadcast<byte[]> down;

    SliceTask(WorkerInput input, RoundPlan plan, int slices, Broadcast<byte[]> down) {
        this.input = input;
        this.plan = plan;
        this.slices = slices;
        this.down = down;
    }

    @Override
    public Iterator<SliceResult> call(Iterator<Tuple2<Long, RoundResult>> parts) {
        var slice = 0;
        var results = new ArrayList<RoundResult>();
        while (parts.hasNext()) {
            var part = parts.next();
            slice = SliceKey.slice(part._1());
            results.add(part._2());
        }
        Attendance.all(plan.workers())
                .require(results.stream().map(RoundResult::worker).toList());
        var losses = slice > 0
                ? List.<RoundResult>of()
                : results.stream().map(result -> result.with(new byte[0])).toList();
        return List.of(new SliceResult(slice, losses, Origin.ofEachKind(results), average(slice, results)))
                .iterator();
    }

    private byte[] average(int slice, List<RoundResult> results) {
        try (var lease = ExecutorCache.OF_THIS_JVM.lease(input)) {
            var rules = plan.rules();
            var wire = rules.wire(lease.plan());
            var bounds = wire.cut(slices);
            var from = bounds[slice];
            var to = bounds[slice + 1];
            var exact = wire.exact();
            var out = ByteBuffer.allocate(Math.toIntExact(exact.bytes(from, to) + (to - from) * 2L * Double.BYTES));
            if (!RoundSum.nothing(results)) {
                var sent = results.stream()
                        .map(result -> new SliceAverage.Sent(result.worker(), result.tokens(), result.payload()))
                        .toList();
                var received = ByteBuffer.wrap(down.value()).position(Math.toIntExact(wire.bytes(0, from)));
                new SliceAverage(rules, wire, from, to)
                        .average(sent, received, InOrder.ON_THE_CALLERS_THREAD, (unit, average, drift) -> {
                            out.putDouble(drift.difference()).putDouble(drift.mean());
                            exact.encode(unit, average, 0, out);
                        });
            }
            lease.succeeded();
            return out.array();
        }
    }
}
