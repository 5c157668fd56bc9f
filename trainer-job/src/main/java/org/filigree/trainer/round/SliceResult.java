package org.filigree.trainer.round;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What a reducer sends up: its slice as {@link SliceTask} averaged it, where that came from, and perhaps the workers' losses. */
public final class SliceResult extends Framed {

    private static final int HEADER = 3 * Integer.BYTES;

    /** For the serializers. */
    public SliceResult() {
        super(new byte[0]);
    }

    /**
     * @param losses results without payload; empty from all reducers but one
     * @param origins of what is in the slice, one of each kind: a worker's task may have run again elsewhere between two slices
     * @param payload unit after unit
     */
    SliceResult(int slice, List<RoundResult> losses, List<Origin> origins, byte[] payload) {
        super(frame(slice, losses, origins, payload));
    }

    private static byte[] frame(int slice, List<RoundResult> losses, List<Origin> origins, byte[] payload) {
        var parts = Stream.concat(
                        losses.stream().map(RoundResult::frame),
                        origins.stream().map(Origin::toBytes))
                .toList();
        var size = HEADER
                + parts.stream().mapToInt(part -> Integer.BYTES + part.length).sum();
        var buffer = ByteBuffer.allocate(Math.addExact(size, payload.length))
                .putInt(slice)
                .putInt(losses.size())
                .putInt(origins.size());
        parts.forEach(part -> buffer.putInt(part.length).put(part));
        return buffer.put(payload).array();
    }

    private record Read(List<RoundResult> losses, List<Origin> origins, ByteBuffer payload) {}

    private Read parts() {
        var frame = read().position(Integer.BYTES);
        var losses = frame.getInt();
        var origins = frame.getInt();
        return new Read(
                IntStream.range(0, losses)
                        .mapToObj(i -> RoundResult.fromFrame(part(frame)))
                        .toList(),
                IntStream.range(0, origins)
                        .mapToObj(i -> Origin.fromBytes(ByteBuffer.wrap(part(frame))))
                        .toList(),
                frame.slice());
    }

    private static byte[] part(ByteBuffer frame) {
        var part = new byte[frame.getInt()];
        frame.get(part);
        return part;
    }

    int slice() {
        return read().getInt(0);
    }

    List<RoundResult> losses() {
        return parts().losses();
    }

    List<Origin> origins() {
        return parts().origins();
    }

    ByteBuffer payload() {
        return parts().payload();
    }
}
