package org.filigree.trainer.round;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoSerializable;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;
import java.nio.ByteBuffer;

/**
 * What a worker sends up, as one framed block of bytes, so that it is the same with Kryo as with the Java serialization
 * of a caller's session.
 */
public final class RoundResult implements Externalizable, KryoSerializable {

    private byte[] frame;

    /** For the serializers. */
    public RoundResult() {
        frame = new byte[0];
    }

    /** @param badRow the first row whose loss was not finite, or -1 */
    RoundResult(int worker, int badRow, double[] losses, long[] tokens, float[] values) {
        var buffer = ByteBuffer.allocate(Math.addExact(12 + losses.length * 16, Math.multiplyExact(values.length, 4)));
        buffer.putInt(worker).putInt(badRow).putInt(losses.length);
        for (var step = 0; step < losses.length; step++) {
            buffer.putDouble(losses[step]).putLong(tokens[step]);
        }
        buffer.asFloatBuffer().put(values);
        frame = buffer.array();
    }

    private ByteBuffer read() {
        return ByteBuffer.wrap(frame);
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
        return read().getDouble(12 + step * 16);
    }

    long tokens(int step) {
        return read().getLong(20 + step * 16);
    }

    long tokens() {
        var sum = 0L;
        for (var step = 0; step < steps(); step++) {
            sum += tokens(step);
        }
        return sum;
    }

    /** Bytes it took on the way up. */
    long bytes() {
        return frame.length;
    }

    /** Gradient sums or the delta, {@code [n]}. */
    float[] values() {
        var floats = read().position(12 + steps() * 16).slice().asFloatBuffer();
        var values = new float[floats.remaining()];
        floats.get(values);
        return values;
    }

    @Override
    public void writeExternal(ObjectOutput out) throws IOException {
        out.writeInt(frame.length);
        out.write(frame);
    }

    @Override
    public void readExternal(ObjectInput in) throws IOException {
        frame = new byte[in.readInt()];
        in.readFully(frame);
    }

    @Override
    public void write(Kryo kryo, Output out) {
        out.writeInt(frame.length);
        out.writeBytes(frame);
    }

    @Override
    public void read(Kryo kryo, Input in) {
        frame = in.readBytes(in.readInt());
    }
}
