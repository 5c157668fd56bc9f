package org.filigree.trainer.round;

import com.esotericsoftware.kryo.Kryo;
import org.apache.spark.serializer.KryoRegistrator;

/** Every class of ours that Kryo carries: framed bytes and primitives. In a caller's session nothing is registered. */
public final class FiligreeKryo implements KryoRegistrator {

    @Override
    public void registerClasses(Kryo kryo) {
        kryo.register(RoundResult.class);
        kryo.register(RoundResult[].class);
        kryo.register(SliceResult.class);
        kryo.register(SliceResult[].class);
        kryo.register(float[].class);
        kryo.register(byte[].class);
        kryo.register(byte[][].class);
    }
}
