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

/** One framed block of bytes, the same with Kryo as with the Java serialization of a caller's session. */
abstract class Framed implements Externalizable, KryoSerializable {

    private byte[] frame;

    Framed(byte[] frame) {
        this.frame = frame;
    }

    /** A view of its own, from the start. */
    final ByteBuffer read() {
        return ByteBuffer.wrap(frame);
    }

    final byte[] frame() {
        return frame;
    }

    @Override
    public final void writeExternal(ObjectOutput out) throws IOException {
        out.writeInt(frame.length);
        out.write(frame);
    }

    @Override
    public final void readExternal(ObjectInput in) throws IOException {
        frame = new byte[in.readInt()];
        in.readFully(frame);
    }

    @Override
    public final void write(Kryo kryo, Output out) {
        out.writeInt(frame.length);
        out.writeBytes(frame);
    }

    @Override
    public final void read(Kryo kryo, Input in) {
        frame = in.readBytes(in.readInt());
    }
}
