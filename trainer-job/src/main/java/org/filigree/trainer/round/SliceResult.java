package org.filigree.trainer.round;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What a reducer sends up: its slice as {@link SliceTask} averaged it, and perhaps the workers' losses. */
public final class SliceResult extends Framed {

    /** For the serializers. */
    public SliceResult() {
        super(new byte[0]);
    }

    /**
     * @param losses results without payload; empty from all reducers but one
     * @param payload unit after unit
     */
    SliceResult(int slice, List<RoundResult> losses, byte[] payload) {
        super(frame(slice, losses, payload));
    }

    private static byte[] frame(int slice, List<RoundResult> losses, byte[] payload) {
        var size = 2 * Integer.BYTES
                + losses.stream()
                        .mapToInt(loss -> Integer.BYTES + loss.frame().length)
                        .sum();
        var buffer = ByteBuffer.allocate(Math.addExact(size, payload.length))
                .putInt(slice)
                .putInt(losses.size());
        losses.forEach(loss -> buffer.putInt(loss.frame().length).put(loss.frame()));
        return buffer.put(payload).array();
    }

    int slice() {
        return read().getInt(0);
    }

    List<RoundResult> losses() {
        var losses = new ArrayList<RoundResult>();
        read(losses);
        return losses;
    }

    ByteBuffer payload() {
        return read(new ArrayList<>()).slice();
    }

    private ByteBuffer read(List<RoundResult> losses) {
        var frame = read().position(Integer.BYTES);
        for (var left = frame.getInt(); left > 0; left--) {
            var loss = new byte[frame.getInt()];
            frame.get(loss);
            losses.add(RoundResult.fromFrame(loss));
        }
        return frame;
    }
}
