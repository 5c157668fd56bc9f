package org.filigree.trainer.round;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.broadcast.Broadcast;
import org.filigree.trainer.averaging.AdapterState;
import org.filigree.trainer.averaging.AdapterWire;
import org.filigree.trainer.averaging.InOrder;
import scala.Tuple2;

/**
 * One worker's task of a round: the adapter down, the steps, what came of them up, whole or in slices.
 *
 * @param down what the driver sent, as {@link AdapterWire} encodes it
 * @param fixed {@code [n]} values of what does not train and so does not travel each round; null where everything trains
 */
record TrainTask(WorkerInput input, RoundPlan plan, Broadcast<byte[]> down, Broadcast<float[]> fixed)
        implements Serializable {

    private static final byte[] NOTHING = {};

    /** For a driver that collects. */
    RoundResult whole(int worker) {
        try (var lease = ExecutorCache.OF_THIS_JVM.lease(input)) {
            var wire = wire(lease);
            var outcome = train(lease, wire, worker);
            lease.succeeded();
            return result(
                    worker,
                    lease.origin(),
                    outcome,
                    payload(wire, outcome, worker, 0, wire.units().size()));
        }
    }

    /** For reducers: a part a slice. */
    Stream<Tuple2<Long, RoundResult>> sliced(int worker, int slices) {
        try (var lease = ExecutorCache.OF_THIS_JVM.lease(input)) {
            var wire = wire(lease);
            var outcome = train(lease, wire, worker);
            var bounds = wire.cut(slices);
            lease.succeeded();
            var origin = lease.origin();
            return IntStream.range(0, slices)
                    .mapToObj(s -> new Tuple2<>(
                            SliceKey.of(s, worker),
                            result(
                                    worker,
                                    s == 0 ? origin : null,
                                    outcome,
                                    payload(wire, outcome, worker, bounds[s], bounds[s + 1]))));
        }
    }

    private AdapterWire wire(ExecutorCache.Lease lease) {
        return plan.rules().wire(plan.rules().trained(lease.plan()));
    }

    private WorkerRound.Outcome train(ExecutorCache.Lease lease, AdapterWire wire, int worker) {
        var size = lease.plan().layout().size();
        var received = AdapterState.zero(size, wire.moments());
        if (fixed != null) {
            System.arraycopy(fixed.value(), 0, received.values(), 0, size);
        }
        wire.decode(ByteBuffer.wrap(down.value()), received);
        return new WorkerRound(lease, plan, worker).run(received);
    }

    private byte[] payload(AdapterWire wire, WorkerRound.Outcome outcome, int worker, int from, int to) {
        return outcome.failed()
                ? NOTHING
                : wire.encode(
                        outcome.up(),
                        from,
                        to,
                        plan.rules().upKey(plan.round(), worker),
                        InOrder.ON_THE_CALLERS_THREAD);
    }

    private static RoundResult result(int worker, Origin origin, WorkerRound.Outcome outcome, byte[] payload) {
        return new RoundResult(worker, outcome.badRow(), origin, outcome.losses(), outcome.tokens(), payload);
    }
}
