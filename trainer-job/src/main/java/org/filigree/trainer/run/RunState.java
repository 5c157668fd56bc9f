package org.filigree.trainer.run;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
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

    byte[] toBytes() throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.writeInt(MAGIC);
        out.writeInt(round);
        out.writeInt(step);
        out.writeDouble(bestLoss);
        out.writeInt(evaluationsSinceBest);
        out.writeInt(pace.localSteps());
        out.writeInt(pace.calm());
        for (var array : new float[][] {values, firstMoment, secondMoment, outer, best}) {
            out.writeInt(array.length);
            var buffer = ByteBuffer.allocate(Math.multiplyExact(array.length, Float.BYTES));
            buffer.asFloatBuffer().put(array);
            out.write(buffer.array());
        }
        return bytes.toByteArray();
    }

    static RunState fromBytes(byte[] bytes) throws IOException {
        var in = new DataInputStream(new ByteArrayInputStream(bytes));
        if (in.readInt() != MAGIC) {
            throw new IOException("not a checkpoint's state");
        }
        var round = in.readInt();
        var step = in.readInt();
        var bestLoss = in.readDouble();
        var since = in.readInt();
        var pace = new Pace(in.readInt(), in.readInt());
        var arrays = new float[5][];
        for (var i = 0; i < arrays.length; i++) {
            arrays[i] = new float[in.readInt()];
            ByteBuffer.wrap(in.readNBytes(arrays[i].length * Float.BYTES))
                    .asFloatBuffer()
                    .get(arrays[i]);
        }
        return new RunState(round, step, arrays[0], arrays[1], arrays[2], arrays[3], bestLoss, arrays[4], since, pace);
    }
}
