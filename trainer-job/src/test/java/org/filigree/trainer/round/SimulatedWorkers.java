package org.filigree.trainer.round;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.filigree.config.FiligreeException;
import org.filigree.engine.Fingerprint;
import org.filigree.format.FileTree;
import org.filigree.lora.AdamW;
import org.filigree.lora.AdapterPlan;
import org.filigree.lora.CounterRandom;
import org.filigree.trainer.averaging.AdapterState;
import org.filigree.trainer.averaging.AdapterWire;
import org.filigree.trainer.averaging.InOrder;
import org.filigree.trainer.moments.MomentsFile;
import org.filigree.trainer.run.CheckpointStore;

/**
 * Workers in place of Spark's. What one makes of its rows is a cheap function with an engine's signature: it pulls the
 * values towards the rows' own. Wire, averaging, drift, the files of kept moments and the settling of a quorum are the real
 * ones.
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

    private record After(int round, int worker) {}

    private final FileTree files;
    private final AdapterPlan plan;
    private final Cluster cluster;
    private final Reader reader;
    private final IntFunction<Integer> lengths;
    private final Map<After, AdamW.Moments> kept = new HashMap<>();
    private String runFolder;
    private CheckpointStore.Manifest checkpoint;
    private int attempts;

    /**
     * @param files of the run
     * @param lengths tokens of a row
     */
    public SimulatedWorkers(
            FileTree files, AdapterPlan plan, Cluster cluster, Reader reader, IntFunction<Integer> lengths) {
        this.files = files;
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
        var made = job(attendance.expected(), description, worker -> {
            var received = AdapterState.zero(state.values().length, wire.moments());
            System.arraycopy(state.values(), 0, received.values(), 0, state.values().length);
            wire.decode(ByteBuffer.wrap(down), received);
            return task(round, wire, received, worker);
        });
        var results = settled(attendance, made.values());
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

    /** The deadline is over at once where somebody comes before the first worker. */
    private static List<RoundResult> settled(Attendance attendance, Collection<RoundResult> inOrder) {
        if (attendance.waitsForAll()) {
            return List.copyOf(inOrder);
        }
        var arrivals = new Arrivals(attendance);
        for (var result : inOrder) {
            if (result.worker() != attendance.expected().get(0)) {
                arrivals.deadlinePassed();
            }
            arrivals.arrived(result);
        }
        return arrivals.settled().join();
    }

    /** As Spark does: the result that comes first counts, another of the same task is dropped. In the order they come. */
    private <T> Map<Integer, T> job(List<Integer> workers, String description, IntFunction<T> task) {
        var byWorker = new LinkedHashMap<Integer, T>();
        for (var finished : cluster.finished(workers.size(), description)) {
            var worker = workers.get(finished);
            byWorker.putIfAbsent(worker, task.apply(worker));
        }
        return byWorker;
    }

    private static List<Integer> all(int workers) {
        return Attendance.all(workers).expected();
    }

    private RoundResult task(RoundPlan round, AdapterWire wire, AdapterState received, int worker) {
        var steps = round.rows()[worker].length;
        var losses = new double[steps];
        var tokens = new long[steps];
        var keeps = round.rules().keepsMoments();
        var own = keeps ? kept(round.round() - 1, worker) : null;
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
                    var pull = gradients[i] / tokens[step] + (keeps ? own.first()[i] : 0);
                    values[i] -= (float) (round.rates()[step] * pull);
                    gradients[i] = 0;
                }
            }
        }
        var before = keeps ? new AdapterState(received.values(), own.first(), own.second()) : received;
        var up = round.sendsGradients() ? AdapterState.of(gradients) : changed(before, values, keeps || wire.moments());
        if (keeps) {
            kept.put(new After(round.round(), worker), new AdamW.Moments(up.first(), up.second()));
        }
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

    /** Of every round since the checkpoint; what was before it is read from its files. */
    private AdamW.Moments kept(int round, int worker) {
        var here = kept.get(new After(round, worker));
        if (here != null) {
            return here;
        }
        if (round == 0) {
            return AdamW.Moments.zero(plan.layout().size());
        }
        if (round != checkpoint.round()) {
            throw new IllegalStateException("nobody keeps the moments after round " + round);
        }
        try {
            return new MomentsFile(files, runFolder).read(checkpoint.moments().get(worker));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public SavedMoments saveMoments(int round, int workers, String runFolder, String folder) {
        var entries = job(all(workers), "moments", worker -> {
            try {
                return new MomentsFile(files, runFolder)
                        .write("%s/moments-%05d-%d.bin".formatted(folder, worker, attempts++), kept(round, worker));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return new SavedMoments(all(workers).stream().map(entries::get).toList(), List.of(ORIGIN));
    }

    /** What was in memory is forgotten, so that every round after a checkpoint reads its files. */
    @Override
    public void goOnFrom(String runFolder, CheckpointStore.Manifest checkpoint) {
        this.runFolder = runFolder;
        this.checkpoint = checkpoint;
        kept.clear();
    }

    @Override
    public List<RoundResult> score(ScorePlan rows, float[] values, String description) {
        return List.copyOf(job(all(rows.workers()), description, worker -> scored(rows, values, worker))
                .values());
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
        var scores = job(all(rows.workers()), "checks " + folder, worker -> {
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
        return List.copyOf(scores.values());
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
