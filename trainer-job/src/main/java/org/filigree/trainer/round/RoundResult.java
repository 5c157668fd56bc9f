package org.filigree.trainer.round;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What a worker sends up: its losses, and its gradients or what its steps changed, as {@code AdapterWire} encodes them. */
public final class RoundResult extends Framed {

    private static final int HEADER = 5 * Integer.BYTES;
    private static final int STEP = Double.BYTES + Long.BYTES;

    /** For the serializers. */
    public RoundResult() {
        super(new byte[0]);
    }

    /**
     * @param badRow the first row whose loss was not finite, or -1
     * @param replayed rounds made once more before this one
     * @param place the executor, where the worker's next task had better run; empty where it does not matter
     * @param payload units of the adapter; empty where only losses are asked for
     */
    RoundResult(int worker, int badRow, double[] losses, long[] tokens, int replayed, String place, byte[] payload) {
        super(frame(worker, badRow, losses, tokens, replayed, place.getBytes(StandardCharsets.UTF_8), payload));
    }

    private RoundResult(byte[] frame) {
        super(frame);
    }

    private static byte[] frame(
            int worker, int badRow, double[] losses, long[] tokens, int replayed, byte[] place, byte[] payload) {
        var head = HEADER + losses.length * STEP + place.length;
        var buffer = ByteBuffer.allocate(Math.addExact(head, payload.length));
        buffer.putInt(worker)
                .putInt(badRow)
                .putInt(replayed)
                .putInt(losses.length)
                .putInt(place.length);
        for (var step = 0; step < losses.length; step++) {
            buffer.putDouble(losses[step]).putLong(tokens[step]);
        }
        return buffer.put(place).put(payload).array();
    }

    /** The same losses with another payload. */
    RoundResult with(byte[] payload) {
        var header = payloadAt();
        return new RoundResult(ByteBuffer.allocate(Math.addExact(header, payload.length))
                .put(frame(), 0, header)
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

    int replayed() {
        return read().getInt(8);
    }

    private int steps() {
        return read().getInt(12);
    }

    String place() {
        var place = new byte[read().getInt(16)];
        read().position(HEADER + steps() * STEP).get(place);
        return new String(place, StandardCharsets.UTF_8);
    }

    private int payloadAt() {
        return HEADER + steps() * STEP + read().getInt(16);
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
        return read().position(payloadAt()).slice();
    }
}
