package org.filigree.trainer.round;

import java.nio.ByteBuffer;

/** What a worker sends up: its losses, and its gradients or what its steps changed, as {@code AdapterWire} encodes them. */
public final class RoundResult extends Framed {

    private static final int HEADER = 12;
    private static final int STEP = 16;

    /** For the serializers. */
    public RoundResult() {
        super(new byte[0]);
    }

    /**
     * @param badRow the first row whose loss was not finite, or -1
     * @param payload units of the adapter; empty where only losses are asked for
     */
    RoundResult(int worker, int badRow, double[] losses, long[] tokens, byte[] payload) {
        super(frame(worker, badRow, losses, tokens, payload));
    }

    private RoundResult(byte[] frame) {
        super(frame);
    }

    private static byte[] frame(int worker, int badRow, double[] losses, long[] tokens, byte[] payload) {
        var buffer = ByteBuffer.allocate(Math.addExact(HEADER + losses.length * STEP, payload.length));
        buffer.putInt(worker).putInt(badRow).putInt(losses.length);
        for (var step = 0; step < losses.length; step++) {
            buffer.putDouble(losses[step]).putLong(tokens[step]);
        }
        return buffer.put(payload).array();
    }

    /** The same losses with another payload. */
    RoundResult with(byte[] payload) {
        var header = HEADER + steps() * STEP;
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

    private int steps() {
        return read().getInt(8);
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
        return read().position(HEADER + steps() * STEP).slice();
    }
}
