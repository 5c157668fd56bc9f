package org.filigree.trainer.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.filigree.trainer.averaging.Pace;

/**
 * All a driver needs to go on after a round. Arrays are {@code [n]} in the adapter layout's order, or empty where the
 * exchange has no use for them.
 *
 * @param step optimizer steps made
 * @param outer momentum of the outer optimizer
 * @param bestLoss held-out loss of {@code best}; infinite before the first evaluation
 * @param evaluationsSinceBest for early stopping
 * @param pace of the next round, where local steps go by the drift
 */
public record RunState(
        int round,
        int step,
        float[] values,
        float[] firstMoment,
        float[] secondMoment,
        float[] outer,
        double bestLoss,
        float[] best,
        int evaluationsSinceBest,
        Pace pace) {

    private static final int MAGIC = 0x46494C32;
    private static final int HEADER = 6 * Integer.BYTES + Double.BYTES;

    /** The state after its values were scored on the held-out rows. */
    public RunState evaluated(double loss) {
        return loss < bestLoss
                ? new RunState(round, step, values, firstMoment, secondMoment, outer, loss, values, 0, pace)
                : new RunState(
                        round,
                        step,
                        values,
                        firstMoment,
                        secondMoment,
                        outer,
                        bestLoss,
                        best,
                        evaluationsSinceBest + 1,
                        pace);
    }

    /** One array of the very size: an adapter may take a good part of the driver's heap. */
    public byte[] toBytes() {
        var arrays = List.of(values, firstMoment, secondMoment, outer, best);
        var elements = arrays.stream().mapToLong(array -> array.length).sum();
        var out = ByteBuffer.allocate(
                Math.toIntExact(HEADER + (long) arrays.size() * Integer.BYTES + elements * Float.BYTES));
        out.putInt(MAGIC).putInt(round).putInt(step).putDouble(bestLoss).putInt(evaluationsSinceBest);
        out.putInt(pace.localSteps()).putInt(pace.calm());
        for (var array : arrays) {
            out.putInt(array.length).asFloatBuffer().put(array);
            out.position(out.position() + array.length * Float.BYTES);
        }
        return out.array();
    }

    public static RunState fromBytes(byte[] bytes) throws IOException {
        var in = ByteBuffer.wrap(bytes);
        if (in.getInt() != MAGIC) {
            throw new IOException("not a checkpoint's state");
        }
        var round = in.getInt();
        var step = in.getInt();
        var bestLoss = in.getDouble();
        var since = in.getInt();
        var pace = new Pace(in.getInt(), in.getInt());
        var arrays = new float[5][];
        for (var i = 0; i < arrays.length; i++) {
            arrays[i] = new float[in.getInt()];
            in.asFloatBuffer().get(arrays[i]);
            in.position(in.position() + arrays[i].length * Float.BYTES);
        }
        return new RunState(round, step, arrays[0], arrays[1], arrays[2], arrays[3], bestLoss, arrays[4], since, pace);
    }
}
