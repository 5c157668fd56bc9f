package org.filigree.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.filigree.engine.Workspace.Room;

/**
 * Runs a model's blocks over kernels: forward keeping what backward reads (or only the boundaries, and each block again
 * before its backward), the head in chunks of targets, then backward down to the first block that trains anything.
 */
final class Tape implements AutoCloseable {

    private final Base base;
    private final SessionOptions options;
    private final Workspace workspace;
    private final Parameters parameters;
    private final RotaryTable rotary;
    private List<BlockPlan> body;
    private BlockPlan head;

    Tape(Base base, SessionOptions options) {
        this.base = base;
        this.options = options;
        this.workspace = new Workspace(base.kernels(), options.headChunk());
        this.parameters = new Parameters(base);
        this.rotary =
                base.spec().rope() == null ? null : new RotaryTable(base.spec().rope());
        replan();
    }

    /** Decides again what lives how long; to be called when the adapters have changed. */
    void replan() {
        var plans = new ArrayList<BlockPlan>();
        var wanted = false;
        for (var block : base.spec().body()) {
            var plan = BlockPlan.of(block, parameters::trains, wanted);
            wanted |= plan.anyActive();
            plans.add(plan);
        }
        body = List.copyOf(plans);
        head = BlockPlan.of(base.spec().head(), parameters::trains, wanted);
    }

    Kernels kernels() {
        return base.kernels();
    }

    Workspace workspace() {
        return workspace;
    }

    Parameters parameters() {
        return parameters;
    }

    /** Forward and backward: adds the gradients of the sum of the losses to the adapters'. */
    RowLosses train(Batch batch) {
        return inWorkspace(batch, true, context -> {
            var rows = Rows.all(batch);
            Deque<Frame> frames = new ArrayDeque<>();
            Deque<Region> boundaries = new ArrayDeque<>();
            Region x = null;
            for (var plan : body) {
                if (options.recompute() && x != null) {
                    boundaries.push(x.share());
                }
                var frame = new Frame(this, plan, context, rows, Room.BATCH, plan.anyActive() && !options.recompute());
                x = frame.forward(x);
                frames.push(frame);
            }
            var losses = new HeadLosses(batch, false);
            var gradient = head.wants().contains(head.block().input()) ? zeros(x.buffer()) : null;
            headInChunks(batch, context, x, losses, gradient);
            x.release();
            for (var i = body.size() - 1; i >= 0; i--) {
                var frame = frames.pop();
                var boundary = boundaries.isEmpty() ? null : boundaries.pop();
                if (gradient == null) {
                    release(boundary);
                    continue;
                }
                if (options.recompute()) {
                    frame = new Frame(this, body.get(i), context, rows, Room.BATCH, true);
                    frame.recompute(boundary);
                }
                gradient = frame.backward(gradient);
            }
            return losses.byRow();
        });
    }

    RowLosses score(Batch batch) {
        return inWorkspace(batch, false, context -> {
            var x = bodyForward(context, Rows.all(batch));
            var losses = new HeadLosses(batch, true);
            headInChunks(batch, context, x, losses, null);
            x.release();
            return losses.byRow();
        });
    }

    /** Logits after each of the given tokens, which ascend. */
    float[][] logits(Batch batch, int[] at) {
        return inWorkspace(batch, false, context -> {
            var x = bodyForward(context, Rows.all(batch));
            var logits = new float[at.length][];
            for (var from = 0; from < at.length; from += options.headChunk()) {
                var chunk = Arrays.copyOfRange(at, from, Math.min(at.length, from + options.headChunk()));
                var out = headForward(batch, context, x, chunk);
                for (var i = 0; i < chunk.length; i++) {
                    logits[from + i] = out.buffer().rows(i, 1).read();
                }
                out.release();
            }
            x.release();
            return logits;
        });
    }

    /** Appends the batch's tokens to the cached text and returns the logits after the last. */
    float[] append(Batch batch, KeyValueCache cache) {
        var n = batch.size();
        var segments = new Segments(new int[] {0, n}, new int[] {0, cache.past() + n});
        return inWorkspace(batch, segments, false, cache, context -> {
            var x = bodyForward(context, Rows.all(batch));
            var out = headForward(batch, context, x, new int[] {n - 1});
            var logits = out.buffer().read();
            out.release();
            x.release();
            cache.advance(n);
            return logits;
        });
    }

    private Region bodyForward(StepContext context, Rows rows) {
        Region x = null;
        for (var plan : body) {
            x = new Frame(this, plan, context, rows, Room.BATCH, false).forward(x);
        }
        return x;
    }

    private Region headForward(Batch batch, StepContext context, Region x, int[] tokens) {
        return new Frame(this, head, context, Rows.of(batch, tokens), Room.CHUNK, false).forward(selected(x, tokens));
    }

    /** Adds the head's losses to {@code losses} and, unless it is null, its input's gradient to {@code gradient}. */
    private void headInChunks(Batch batch, StepContext context, Region x, HeadLosses losses, Region gradient) {
        var targets = losses.targetTokens();
        for (var from = 0; from < targets.length; from += options.headChunk()) {
            var tokens = Arrays.copyOfRange(targets, from, Math.min(targets.length, from + options.headChunk()));
            var trains = context.training() && head.anyActive();
            var frame = new Frame(this, head, context, Rows.of(batch, tokens), Room.CHUNK, trains);
            var logits = frame.forward(selected(x, tokens));
            losses.add(kernels(), logits.buffer(), tokens, trains);
            if (!trains) {
                logits.release();
                continue;
            }
            var dX = frame.backward(logits);
            if (dX != null) {
                kernels().scatterAddRows(dX.buffer(), tokens, gradient.buffer());
                dX.release();
            }
        }
    }

    private Region selected(Region x, int[] tokens) {
        var region = workspace.take(
                Room.CHUNK, kernels().computeType(), tokens.length, x.buffer().columns());
        kernels().gatherRows(x.buffer(), tokens, region.buffer(), false);
        return region;
    }

    private Region zeros(Buffer like) {
        var region = workspace.take(Room.BATCH, like.type(), like.rows(), like.columns());
        kernels().fill(region.buffer(), 0);
        return region;
    }

    private static void release(Region region) {
        if (region != null) {
            region.release();
        }
    }

    private interface Pass<T> {
        T run(StepContext context);
    }

    private <T> T inWorkspace(Batch batch, boolean training, Pass<T> pass) {
        return inWorkspace(batch, Segments.of(batch.documents()), training, null, pass);
    }

    private <T> T inWorkspace(Batch batch, Segments segments, boolean training, KeyValueCache cache, Pass<T> pass) {
        workspace.begin(batch.size());
        try {
            Region cos = null;
            Region sin = null;
            if (rotary != null) {
                cos = workspace.take(Room.BATCH, kernels().masterType(), batch.size(), rotary.width());
                sin = workspace.take(Room.BATCH, kernels().masterType(), batch.size(), rotary.width());
                rotary.write(batch.positions(), cos.buffer(), sin.buffer());
            }
            var result = pass.run(new StepContext(
                    batch.tokens(),
                    batch.positions(),
                    segments,
                    cos == null ? null : cos.buffer(),
                    sin == null ? null : sin.buffer(),
                    training,
                    cache));
            release(cos);
            release(sin);
            return result;
        } catch (RuntimeException | Error e) {
            workspace.reset();
            throw e;
        }
    }

    @Override
    public void close() {
        workspace.close();
    }
}
