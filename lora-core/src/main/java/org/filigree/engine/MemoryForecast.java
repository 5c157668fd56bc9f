package org.filigree.engine;

import java.util.ArrayList;
import java.util.Arrays;
import org.filigree.lora.AdapterPlan;
import org.filigree.model.DataType;
import org.filigree.model.ModelSpec;
import org.filigree.text.TokenRow;

/**
 * The memory that training takes, told before anything is loaded: the tape is run over kernels that only count. An
 * engine's temporaries inside a kernel come on top.
 *
 * @param base bytes of the frozen weights, once a JVM
 * @param fixed bytes of a session that do not depend on the batch: adapter, moments, the head's chunk
 * @param perToken bytes of a session for each token of the largest micro-batch
 * @param lanes that a batch is cut into, each with buffers of its own
 */
public record MemoryForecast(long base, long fixed, long perToken, int lanes) {

    /** Two batches, both longer than a chunk of the head, show what grows with the tokens and what does not. */
    private static MemoryForecast between(
            long base, long small, int smallTokens, long large, int largeTokens, int lanes) {
        var perToken = (large - small) / (largeTokens - smallTokens);
        return new MemoryForecast(base, small - perToken * smallTokens, perToken, lanes);
    }

    /**
     * @param options with a chunk of the head where the engine's kernels do not like that of a CPU
     * @param lanes as many as the engine may make of a batch: its threads, on a CPU
     */
    public static MemoryForecast of(
            ModelSpec spec, AdapterPlan plan, DataType type, SessionOptions options, int lanes) {
        var kernels = Sizing.kernels(type, lanes);
        try (var base = Base.unread(kernels, spec)) {
            var chunk = options.on(kernels, spec.vocabulary()).headChunk();
            var tokens = lanes * Workspace.bucket(2 * chunk);
            return between(
                    base.bytes(),
                    session(base, plan, options, tokens),
                    tokens,
                    session(base, plan, options, 2 * tokens),
                    2 * tokens,
                    lanes);
        }
    }

    private static long session(Base base, AdapterPlan plan, SessionOptions options, int tokens) {
        try (var session = base.session(options)) {
            session.put(0, plan, new float[plan.layout().size()]);
            // Rows within the model's positions, as many as make up the tokens and leave no lane without.
            var length = Math.min(tokens / base.kernels().lanes(), base.spec().maxPositions());
            var rows = new ArrayList<Batch.Placed>();
            for (var left = tokens; left > 0; left -= length) {
                var ids = new int[Math.min(length, left)];
                rows.add(new Batch.Placed(0, rows.size(), TokenRow.of(ids, Arrays.copyOf(ids, ids.length))));
            }
            session.accumulate(Batch.of(rows));
            session.update(0, new AdamWStep(1, 0, 0.9, 0.999, 1e-8, 0, 1));
            return session.bytes();
        }
    }

    /** Bytes of a session whose largest micro-batch has so many tokens. */
    public long session(long tokens) {
        var ofLane = (Math.min(tokens, Integer.MAX_VALUE / 2) + lanes - 1) / lanes;
        return fixed + perToken * lanes * Workspace.bucket(Math.toIntExact(ofLane));
    }
}
