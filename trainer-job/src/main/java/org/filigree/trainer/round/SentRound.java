package org.filigree.trainer.round;

import java.io.Serializable;
import java.nio.ByteBuffer;
import org.apache.spark.broadcast.Broadcast;
import org.filigree.lora.AdamW;
import org.filigree.trainer.averaging.AdapterState;

/**
 * A round as the driver sent it: all that a worker needs to make it, now or once more.
 *
 * @param down as {@link org.filigree.trainer.averaging.AdapterWire} encodes it
 * @param fixed {@code [n]} values of what does not train and so does not travel each round; null where everything trains
 */
record SentRound(RoundPlan plan, Broadcast<byte[]> down, Broadcast<float[]> fixed) implements Serializable {

    /** @param own the worker's moments; null where it keeps none */
    WorkerRound.Outcome train(ExecutorCache.Lease lease, int worker, AdamW.Moments own) {
        var received = received(lease);
        var begins = own == null ? received : new AdapterState(received.values(), own.first(), own.second());
        return new WorkerRound(lease, plan, worker).run(begins);
    }

    private AdapterState received(ExecutorCache.Lease lease) {
        var wire = plan.rules().wire(lease.plan());
        var size = lease.plan().layout().size();
        var received = AdapterState.zero(size, wire.moments());
        if (fixed != null) {
            System.arraycopy(fixed.value(), 0, received.values(), 0, size);
        }
        wire.decode(ByteBuffer.wrap(down.value()), received);
        return received;
    }
}
