package org.filigree.engine;

import java.util.List;
import java.util.Set;
import org.filigree.model.ActivationKind;
import org.filigree.model.DataType;

/**
 * What an engine is: the composite operations of a transformer, each forward and backward, over buffers it is given.
 * {@code N} is the number of tokens (documents end to end, no padding).
 *
 * <p>Rules for every kernel:
 *
 * <ul>
 *   <li>Activations and frozen weights have the compute type; statistics ({@code [N, 1]}, {@code [N, heads]}),
 *       gradients of parameters and optimizer state are float32 (float64 where that is the compute type).
 *   <li>Gradients of parameters ({@code dWeight}, {@code dA}, ...) are added to what is there; gradients of
 *       activations are added where {@code accumulate} says so, else written.
 *   <li>Gradients are of sums: nothing is divided by a number of tokens.
 *   <li>Equal inputs give equal bits, for the same thread count on the same machine.
 *   <li>{@code out} does not overlap an input unless the method says it may.
 *   <li>Wrong shapes throw {@link IllegalArgumentException}; a kernel that the engine lacks is in {@link #lacks()} and
 *       throws {@link UnsupportedOperationException} with its name and the engine's.
 * </ul>
 *
 * One instance serves several threads at once, each with buffers of its own; weights may be shared. A weight of the base is
 * only read: it may lie in a file that is mapped to be read.
 */
public interface Kernels extends AutoCloseable {

    /** The type of activations and frozen weights. */
    DataType computeType();

    /** The type of statistics, parameter gradients and optimizer state: FLOAT64 when computing in it, else FLOAT32. */
    default DataType masterType() {
        return computeType() == DataType.FLOAT64 ? DataType.FLOAT64 : DataType.FLOAT32;
    }

    /** Names of the methods of this interface that the engine does not have. */
    default Set<String> lacks() {
        return Set.of();
    }

    /** What decides the bits: engine build, device, processor or GPU, BLAS kernel, threads, compute type. */
    Fingerprint fingerprint();

    /**
     * Into how many parts a batch is best cut that are then run at once, each on a thread of its own; 1 where kernels
     * fill the device by themselves. Never changes.
     */
    default int lanes() {
        return 1;
    }

    /** Of how many tokens the logits are best made at once, {@code vocabulary} a token. Never changes. */
    default int headChunk(int vocabulary) {
        return 256;
    }

    /**
     * Runs the parts of one batch, at most {@link #lanes()}, at once where the engine can, and returns when all have
     * ended; then throws what the first that failed has thrown.
     */
    default void runLanes(List<Runnable> parts) {
        parts.forEach(Runnable::run);
    }

    Arena arena();

    /** {@code to = from}, converting types. Takes column views. */
    void copy(Buffer from, Buffer to);

    void fill(Buffer buffer, double value);

    /** {@code out = a + b}; {@code out} may be {@code a} or {@code b}. */
    void add(Buffer a, Buffer b, Buffer out);

    /** {@code y += alpha * x}; the types may differ. */
    void addScaled(double alpha, Buffer x, Buffer y);

    /** {@code out[i] = table[rows[i]]}, added to {@code out} when {@code accumulate}. Embedding, and row selection. */
    void gatherRows(Buffer table, int[] rows, Buffer out, boolean accumulate);

    /** {@code table[rows[i]] += from[i]}, in the order of {@code i}; rows may repeat and types may differ. */
    void scatterAddRows(Buffer from, int[] rows, Buffer table);

    /** {@code out[N, out] = x[N, in] W' + bias}; {@code bias} is {@code [1, out]} or null. */
    void linear(Buffer x, Weight weight, Buffer bias, Buffer out);

    /** {@code dX[N, in] = dOut[N, out] W}. */
    void linearInputGradient(Buffer dOut, Weight weight, Buffer dX, boolean accumulate);

    /** Adds {@code dOut' x} to {@code dWeight}, laid out as the weight is. */
    void linearWeightGradient(Buffer dOut, Buffer x, Buffer dWeight, boolean inputMajor);

    /** {@code total[1, n] += sum over rows of x[N, n]}: the gradient of a bias. */
    void sumRows(Buffer x, Buffer total);

    /**
     * The low-rank part of a linear layer: {@code u[N, r] = (x * mask) A'}, {@code out[N, out] += scale * u B'} with
     * {@code A [r, in]}, {@code B [out, r]} in the compute type. {@code u} is kept for the gradient.
     *
     * @param mask {@code [N, in]} of 0 and 1/keep, or null without dropout
     */
    void lowRank(Buffer x, Buffer mask, Buffer a, Buffer b, double scale, Buffer u, Buffer out);

    /**
     * With {@code du = scale * dOut B}: {@code dB += scale * dOut' u}, {@code dA += du' (x * mask)} and, unless {@code dX}
     * is null, {@code dX += (du A) * mask} (always added: the frozen part has written it).
     */
    void lowRankGradient(
            Buffer dOut,
            Buffer x,
            Buffer mask,
            Buffer u,
            Buffer a,
            Buffer b,
            double scale,
            Buffer dA,
            Buffer dB,
            Buffer dX);

    /** {@code out = x * rstd * weight}, {@code rstd[N, 1] = 1 / sqrt(mean(x^2) + eps)}. */
    void rmsNorm(Buffer x, Buffer weight, double eps, Buffer out, Buffer rstd);

    /** {@code dWeight [1, D]} may be null. */
    void rmsNormGradient(
            Buffer dOut, Buffer x, Buffer weight, Buffer rstd, Buffer dX, boolean accumulate, Buffer dWeight);

    /** {@code out = (x - mean) * rstd * weight + bias}; {@code bias} may be null. */
    void layerNorm(Buffer x, Buffer weight, Buffer bias, double eps, Buffer out, Buffer mean, Buffer rstd);

    /** {@code dWeight} and {@code dBias} may be null. */
    void layerNormGradient(
            Buffer dOut,
            Buffer x,
            Buffer weight,
            Buffer mean,
            Buffer rstd,
            Buffer dX,
            boolean accumulate,
            Buffer dWeight,
            Buffer dBias);

    /**
     * Rotates pairs {@code (i, i + headDim/2)} of each head (Hugging Face's layout): {@code x[N, heads * headDim]},
     * {@code cos} and {@code sin [N, headDim/2]} in the master type. {@code out} may be {@code x}. Takes column views.
     *
     * @param inverse rotates back: the gradient
     */
    void rotary(Buffer x, int headDim, Buffer cos, Buffer sin, boolean inverse, Buffer out);

    /**
     * {@code out[N, heads * headDim]} from {@code q [N, heads * headDim]} and {@code k, v [M, keyHeads * headDim]};
     * {@code logSumExp[N, heads]} (master type) is kept for the gradient. Takes column views.
     */
    void attention(AttentionShape shape, Segments segments, Buffer q, Buffer k, Buffer v, Buffer out, Buffer logSumExp);

    /** Writes {@code dQ, dK, dV}. Takes column views. Training only: queries and keys have the same offsets. */
    void attentionGradient(
            AttentionShape shape,
            Segments segments,
            Buffer q,
            Buffer k,
            Buffer v,
            Buffer out,
            Buffer logSumExp,
            Buffer dOut,
            Buffer dQ,
            Buffer dK,
            Buffer dV);

    /** {@code out = f(x)}; {@code out} may be {@code x}. Takes column views. */
    void activation(ActivationKind kind, Buffer x, Buffer out);

    /** {@code dX = dOut * f'(x)}; {@code dX} may be {@code dOut}. Takes column views. */
    void activationGradient(ActivationKind kind, Buffer x, Buffer dOut, Buffer dX);

    /** {@code out = f(gate) * up}. Takes column views. */
    void gatedActivation(ActivationKind kind, Buffer gate, Buffer up, Buffer out);

    /** {@code dGate = dOut * up * f'(gate)}, {@code dUp = dOut * f(gate)}; neither overlaps an input. */
    void gatedActivationGradient(ActivationKind kind, Buffer gate, Buffer up, Buffer dOut, Buffer dGate, Buffer dUp);

    /**
     * Per-row cross-entropy {@code losses[i] = logSumExp(logits[i]) - logits[i][targets[i]]}, natural logarithm.
     *
     * @param logits {@code [n, vocabulary]}
     * @param dLogits receives softmax minus one-hot; may be {@code logits}; null to score only
     */
    void crossEntropy(Buffer logits, int[] targets, double[] losses, Buffer dLogits);

    /** The column of each row's largest value, the first of equals. */
    int[] argMax(Buffer logits);

    /** Sum of squares in float64, in a fixed order. */
    double sumOfSquares(Buffer values);

    /** Updates {@code parameter}, {@code m} and {@code v} (all master type) in place. */
    void adamW(Buffer parameter, Buffer gradient, Buffer m, Buffer v, AdamWStep step);

    @Override
    void close();
}
