package org.filigree.trainer.round;

import java.io.Serializable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.SparkEnv;
import org.apache.spark.scheduler.ExecutorCacheTaskLocation;
import org.filigree.trainer.averaging.AdapterWire;
import org.filigree.trainer.averaging.InOrder;
import scala.Tuple2;

/**
 * One worker's task of a round: the adapter down, the steps, what came of them up, whole or in slices.
 *
 * @param kept null where the worker keeps no moments
 */
record TrainTask(WorkerInput input, SentRound sent, KeptMoments kept) implements Serializable {

    private static final byte[] NOTHING = {};

    /** For a driver that collects. */
    RoundResult whole(int worker) {
        try (var lease = ExecutorCache.OF_THIS_JVM.lease(input)) {
            var wire = sent.plan().rules().wire(lease.plan());
            var made = make(lease, worker);
            lease.succeeded();
            return made.result(
                    lease.origin(), payload(wire, made, 0, wire.units().size()));
        }
    }

    /** For reducers: a part a slice. */
    Stream<Tuple2<Long, RoundResult>> sliced(int worker, int slices) {
        try (var lease = ExecutorCache.OF_THIS_JVM.lease(input)) {
            var wire = sent.plan().rules().wire(lease.plan());
            var made = make(lease, worker);
            var bounds = wire.cut(slices);
            lease.succeeded();
            var origin = lease.origin();
            return IntStream.range(0, slices)
                    .mapToObj(s -> new Tuple2<>(
                            SliceKey.of(s, worker),
                            made.result(origin, payload(wire, made, bounds[s], bounds[s + 1]))));
        }
    }

    private record Made(int worker, WorkerRound.Outcome outcome, RoundResult.Replay replay) {
        RoundResult result(Origin origin, byte[] payload) {
            return new RoundResult(
                    worker, outcome.badRow(), origin, outcome.losses(), outcome.tokens(), replay, payload);
        }
    }

    private Made make(ExecutorCache.Lease lease, int worker) {
        if (kept == null) {
            return new Made(worker, sent.train(lease, worker, null), RoundResult.NOTHING_REPLAYED);
        }
        var found = kept.find(lease, worker);
        var outcome = sent.train(lease, worker, found.moments());
        if (!outcome.failed()) {
            kept.leave(worker, sent.plan().round(), outcome.moments());
        }
        return new Made(worker, outcome, new RoundResult.Replay(found.replayed(), place()));
    }

    /** This executor, as Spark's scheduler takes a preference for it. */
    private static String place() {
        var here = SparkEnv.get().blockManager().blockManagerId();
        return new ExecutorCacheTaskLocation(here.host(), here.executorId()).toString();
    }

    private byte[] payload(AdapterWire wire, Made made, int from, int to) {
        var plan = sent.plan();
        return made.outcome().failed()
                ? NOTHING
                : wire.encode(
                        made.outcome().up(),
                        from,
                        to,
                        plan.rules().upKey(plan.round(), made.worker()),
                        InOrder.ON_THE_CALLERS_THREAD);
    }
}
