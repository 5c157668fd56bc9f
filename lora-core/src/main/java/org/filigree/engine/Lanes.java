package org.filigree.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.filigree.lora.AdapterPlan;

/**
 * A session's tapes, one a lane. A batch is cut at its rows into as many lanes as the engine likes; each runs forward
 * and backward alone, with gradients of its own, which are then added in the order of the lanes. So the threads of a
 * step meet once, not at every kernel.
 */
final class Lanes implements AutoCloseable {

    /** Head chunks are cut among the lanes too, but a product of fewer rows than this wastes the machine. */
    private static final int SMALLEST_CHUNK = 64;

    private final Base base;
    private final SessionOptions options;
    private final List<Tape> tapes = new ArrayList<>();

    Lanes(Base base, SessionOptions given) {
        this.base = base;
        var whole = given.on(base.kernels(), base.spec().vocabulary()).headChunk();
        var chunk = Math.max(SMALLEST_CHUNK, whole / base.kernels().lanes());
        this.options = given.withHeadChunk(Math.min(whole, chunk));
        tapes.add(new Tape(base, this.options));
    }

    /** The tape whose adapters hold the state; also for work that is not cut. */
    Tape first() {
        return tapes.get(0);
    }

    void put(int slot, AdapterPlan plan, float[] values) {
        var adapter = AdapterSlot.of(base.kernels(), plan, values);
        for (var tape : tapes) {
            tape.parameters().put(slot, tape == first() ? adapter : adapter.companion());
            tape.replan();
        }
    }

    void remove(int slot) {
        for (var i = tapes.size() - 1; i >= 0; i--) {
            tapes.get(i).parameters().remove(slot);
            tapes.get(i).replan();
        }
    }

    RowLosses train(Batch batch) {
        // Lanes would each need a whole model's gradient where the weights themselves are trained.
        var parts = first().parameters().trainsWeights()
                ? List.of(batch)
                : batch.cut(base.kernels().lanes());
        var losses = run(parts, lane -> {
            if (lane.tape() != first()) {
                lane.tape().parameters().slots().values().forEach(AdapterSlot::zeroGradients);
            }
            return lane.tape().train(lane.batch());
        });
        for (var tape : tapes.subList(1, parts.size())) {
            tape.parameters()
                    .slots()
                    .forEach((slot, companion) ->
                            first().parameters().require(slot).addGradients(companion));
        }
        return losses;
    }

    RowLosses score(Batch batch) {
        return run(batch.cut(base.kernels().lanes()), lane -> lane.tape().score(lane.batch()));
    }

    private record Lane(Tape tape, Batch batch) {}

    private RowLosses run(List<Batch> parts, Function<Lane, RowLosses> pass) {
        while (tapes.size() < parts.size()) {
            tapes.add(companion());
        }
        var losses = new RowLosses[parts.size()];
        var work = new ArrayList<Runnable>();
        for (var i = 0; i < losses.length; i++) {
            var lane = i;
            work.add(() -> losses[lane] = pass.apply(new Lane(tapes.get(lane), parts.get(lane))));
        }
        base.kernels().runLanes(work);
        return RowLosses.join(losses);
    }

    private Tape companion() {
        var tape = new Tape(base, options);
        first().parameters()
                .slots()
                .forEach((slot, adapter) -> tape.parameters().put(slot, adapter.companion()));
        tape.replan();
        return tape;
    }

    long bytes() {
        return tapes.stream()
                .mapToLong(tape -> tape.workspace().bytes()
                        + tape.parameters().slots().values().stream()
                                .mapToLong(AdapterSlot::bytes)
                                .sum())
                .sum();
    }

    @Override
    public void close() {
        List.copyOf(first().parameters().slots().keySet()).forEach(this::remove);
        tapes.forEach(Tape::close);
    }
}
