package org.filigree.trainer.round;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What a worker sends up: where it was computed, its losses, and its gradients or what its steps changed, as
 * {@code AdapterWire} encodes them.
 */
public final class RoundResult extends Framed {

    static final int HEADER = 6 * Integer.BYTES;
    static final int STEP = Double.BYTES + Long.BYTES;

    static final Replay NOTHING_REPLAYED = new Replay(0, "");

    /**
     * How a worker came by what it keeps.
     *
     * @param rounds made once more before this one
     * @param place the executor, where the worker's next task had better run; empty where it does not matter
     */
    record Replay(int rounds, String place) {}

    /** For the serializers. */
    public RoundResult() {
        super(new byte[0]);
    }

    /**
     * @param badRow the first row whose loss was not finite, or -1
     * @param payload units of the adapter; empty where only losses are asked for
     */
    RoundResult(int worker, int badRow, Origin origin, double[] losses, long[] tokens, Replay replay, byte[] payload) {
        super(frame(
                worker,
                badRow,
                origin.toBytes(),
                losses,
                tokens,
                replay.rounds(),
                replay.place().getBytes(StandardCharsets.UTF_8),
                payload));
    }

    private RoundResult(byte[] frame) {
        super(frame);
    }

    private static byte[] frame(
            int worker,
            int badRow,
            byte[] origin,
            double[] losses,
            long[] tokens,
            int replayed,
            byte[] place,
            byte[] payload) {
        var head = HEADER + losses.length * STEP + origin.length + place.length;
        var buffer = ByteBuffer.allocate(Math.addExact(head, payload.length));
        buffer.putInt(worker).putInt(badRow).putInt(losses.length).putInt(origin.length);
        buffer.putInt(replayed).putInt(place.length);
        for (var step = 0; step < losses.length; step++) {
            buffer.putDouble(losses[step]).putLong(tokens[step]);
        }
        return buffer.put(origin).put(place).put(payload).array();
    }

    /** The same head with another payload. */
    RoundResult with(byte[] payload) {
        return new RoundResult(ByteBuffer.allocate(Math.addExact(head(), payload.length))
                .put(frame(), 0, head())
                .put(payload)
                .array());
    }

    static RoundResult fromFrame(byte[] frame) {
        return new RoundResult(frame);
    }

    int worker() {
        return read().getInt(0);
    }

    int badRow() {
        return read().getInt(4);
    }

    private int steps() {
        return read().getInt(8);
    }

    private int originAt() {
        return HEADER + steps() * STEP;
    }

    private int placeAt() {
        return originAt() + read().getInt(12);
    }

    private int head() {
        return placeAt() + read().getInt(20);
    }

    int replayed() {
        return read().getInt(16);
    }

    String place() {
        return StandardCharsets.UTF_8
                .decode(read().position(placeAt()).limit(head()))
                .toString();
    }

    Origin origin() {
        return Origin.fromBytes(read().position(originAt()).limit(placeAt()));
    }

    /** Sum of the step's token losses on this worker. */
    double loss(int step) {
        return read().getDouble(HEADER + step * STEP);
    }

    long tokens(int step) {
        return read().getLong(HEADER + step * STEP + Double.BYTES);
    }

    long tokens() {
        var sum = 0L;
        for (var step = 0; step < steps(); step++) {
            sum += tokens(step);
        }
        return sum;
    }

    ByteBuffer payload() {
        return read().position(head()).slice();
    }
}
