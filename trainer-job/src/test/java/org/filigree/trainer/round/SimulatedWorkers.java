package org.filigree.trainer.round;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.filigree.config.FiligreeException;
import org.filigree.engine.Fingerprint;
import org.filigree.lora.AdapterPlan;
import org.filigree.lora.CounterRandom;
import org.filigree.trainer.averaging.AdapterState;
import org.filigree.trainer.averaging.AdapterWire;
import org.filigree.trainer.averaging.InOrder;
import org.filigree.trainer.run.CheckpointStore;

/**
 * Workers in place of Spark's. What one makes of its rows is a cheap function with an engine's signature: it pulls the
 * values towards the rows' own. Wire, averaging and drift are the real ones.
 */
public final class SimulatedWorkers implements Workers {

    /** The cluster that runs a job's tasks. */
    public interface Cluster {

        /** Tasks as their results come in: each once at least, some again, in any order. */
        List<Integer> finished(int tasks, String job);
    }

    /** Reads what is published. */
    public interface Reader {
        float[] values(String folder) throws IOException;
    }

    /** Where held-out rows differ from those trained, the last values are not the best. */
    private static final double HELD_OUT_SHIFT = 0.4;

    private static final int NO_BAD_ROW = -1;
    private static final Origin ORIGIN = new Origin("simulated", "base", Fingerprint.of("simulated"));
    private static final byte[] NOTHING = {};

    private final AdapterPlan plan;
    private final Cluster cluster;
    private final Reader reader;
    private final IntFunction<Integer> lengths;

    /** @param lengths tokens of a row */
    public SimulatedWorkers(AdapterPlan plan, Cluster cluster, Reader reader, IntFunction<Integer> lengths) {
        this.plan = plan;
        this.cluster = cluster;
        this.reader = reader;
        this.lengths = lengths;
    }

    @Override
    public RoundSum train(RoundPlan round, Attendance attendance, AdapterState state, String description) {
        var rules = round.rules();
        var trained = rules.trained(plan);
        var wire = rules.wire(trained);
        var down =
                wire.encode(state, 0, wire.units().size(), rules.downKey(round.round()), InOrder.ON_THE_CALLERS_THREAD);
        var results = job(round.workers(), description, worker -> {
            var received = AdapterState.zero(state.values().length, wire.moments());
            System.arraycopy(state.values(), 0, received.values(), 0, state.values().length);
            wire.decode(ByteBuffer.wrap(down), received);
            return task(round, wire, received, worker);
        });
        return RoundSum.ofWorkers(
                rules,
                wire,
                state.values().length,
                ByteBuffer.wrap(down),
                attendance,
                results,
                new Traffic(down.length, down.length, 1),
                InOrder.ON_THE_CALLERS_THREAD);
    }

    /** As Spark does: the result that comes first counts, another of the same task is dropped. */
    private List<RoundResult> job(int tasks, String description, IntFunction<RoundResult> task) {
        var byTask = new TreeMap<Integer, RoundResult>();
        var inOrder = new ArrayList<RoundResult>();
        for (var worker : cluster.finished(tasks, description)) {
            var result = task.apply(worker);
            if (byTask.putIfAbsent(worker, result) == null) {
                inOrder.add(result);
            }
        }
        return inOrder;
    }

    private RoundResult task(RoundPlan round, AdapterWire wire, AdapterState received, int worker) {
        var steps = round.rows()[worker].length;
        var losses = new double[steps];
        var tokens = new long[steps];
        var values = received.values().clone();
        var gradients = new float[values.length];
        for (var step = 0; step < steps; step++) {
            for (var row : round.rows()[worker][step]) {
                var length = lengths.apply(row);
                tokens[step] += length;
                losses[step] += length * loss(values, row, 0);
                for (var i = 0; i < values.length; i++) {
                    gradients[i] += (float) (length * (values[i] - wanted(row, i, 0)));
                }
            }
            if (!round.sendsGradients()) {
                for (var i = 0; i < values.length && tokens[step] > 0; i++) {
                    values[i] -= (float) (round.rates()[step] * gradients[i] / tokens[step]);
                    gradients[i] = 0;
                }
            }
        }
        var up = round.sendsGradients() ? AdapterState.of(gradients) : changed(received, values, wire.moments());
        return new RoundResult(
                worker,
                NO_BAD_ROW,
                ORIGIN,
                losses,
                tokens,
                RoundResult.NOTHING_REPLAYED,
                wire.encode(
                        up,
                        0,
                        wire.units().size(),
                        round.rules().upKey(round.round(), worker),
                        InOrder.ON_THE_CALLERS_THREAD));
    }

    private static AdapterState changed(AdapterState received, float[] values, boolean moments) {
        var delta = new float[values.length];
        for (var i = 0; i < delta.length; i++) {
            delta[i] = values[i] - received.values()[i];
        }
        if (!moments) {
            return AdapterState.of(delta);
        }
        var first = received.first().clone();
        var second = received.second().clone();
        for (var i = 0; i < delta.length; i++) {
            first[i] = 0.9f * first[i] + delta[i];
            second[i] = 0.99f * second[i] + delta[i] * delta[i];
        }
        return new AdapterState(delta, first, second);
    }

    /** What a row would have a value be. */
    private static double wanted(int row, int i, double shift) {
        return CounterRandom.uniform(row, i) - shift;
    }

    private static double loss(float[] values, int row, double shift) {
        var sum = 0.0;
        for (var i = 0; i < values.length; i++) {
            var off = values[i] - wanted(row, i, shift);
            sum += off * off;
        }
        return sum / values.length;
    }

    @Override
    public SavedMoments saveMoments(int round, int workers, String runFolder, String folder) {
        throw new UnsupportedOperationException("no simulated worker keeps moments");
    }

    @Override
    public void goOnFrom(String runFolder, CheckpointStore.Manifest checkpoint) {}

    @Override
    public List<RoundResult> score(ScorePlan rows, float[] values, String description) {
        return job(rows.workers(), description, worker -> scored(rows, values, worker));
    }

    private RoundResult scored(ScorePlan rows, float[] values, int worker) {
        var loss = 0.0;
        var tokens = 0L;
        for (var row = rows.bounds()[worker]; row < rows.bounds()[worker + 1]; row++) {
            tokens += lengths.apply(row);
            loss += lengths.apply(row) * loss(values, row, HELD_OUT_SHIFT);
        }
        return new RoundResult(
                worker,
                NO_BAD_ROW,
                ORIGIN,
                new double[] {loss, 0},
                new long[] {tokens, 0},
                RoundResult.NOTHING_REPLAYED,
                NOTHING);
    }

    @Override
    public List<RoundResult> scorePublished(ScorePlan rows, float[] values, String folder, double tolerance) {
        return job(rows.workers(), "checks " + folder, worker -> {
            try {
                var read = reader.values(folder);
                if (IntStream.range(0, values.length).anyMatch(i -> read[i] != values[i])) {
                    throw new FiligreeException(
                            FiligreeException.Code.RUN_TIME, folder + ": does not read back as it was trained");
                }
                return scored(rows, read, worker);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Override
    public List<Origin> origins(int workers) {
        return cluster.finished(workers, "loads the base").stream()
                .map(worker -> ORIGIN)
                .toList();
    }

    @Override
    public void close() {}
}
