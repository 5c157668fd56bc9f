package org.filigree.engine.dl4j;

import org.filigree.engine.AdamWStep;
import org.filigree.engine.Arena;
import org.filigree.engine.AttentionShape;
import org.filigree.engine.Buffer;
import org.filigree.engine.Fingerprint;
import org.filigree.engine.Kernels;
import org.filigree.engine.Segments;
import org.filigree.engine.Weight;
import org.filigree.model.ActivationKind;
import org.filigree.model.DataType;

/** Kernels on ND4J and OpenBLAS. Written into given buffers; temporaries come from a pool that closing releases. */
final class Dl4jKernels implements Kernels {

    private final Fingerprint fingerprint;
    private final Pool pool;
    private final Movement movement;
    private final Products products;
    private final LowRank lowRank;
    private final Norms norms;
    private final Rotation rotation;
    private final AttentionKernel attention;
    private final AttentionGradient attentionGradient;
    private final Activations activations;
    private final Losses losses;
    private final Optimizer optimizer;

    Dl4jKernels(Nd4jNatives natives, int threads, Fingerprint fingerprint) {
        var workers = new Workers(threads);
        this.fingerprint = fingerprint;
        pool = new Pool(natives);
        movement = new Movement(workers);
        products = new Products(workers);
        lowRank = new LowRank(workers, pool);
        norms = new Norms(workers);
        rotation = new Rotation(workers);
        attention = new AttentionKernel(workers, pool);
        attentionGradient = new AttentionGradient(attention, movement, pool);
        activations = new Activations(workers, pool);
        losses = new Losses(workers, pool);
        optimizer = new Optimizer(workers);
    }

    @Override
    public DataType computeType() {
        return DataType.FLOAT32;
    }

    @Override
    public Fingerprint fingerprint() {
        return fingerprint;
    }

    @Override
    public Arena arena() {
        return new NdArena();
    }

    @Override
    public void copy(Buffer from, Buffer to) {
        movement.copy(from, to);
    }

    @Override
    public void fill(Buffer buffer, double value) {
        movement.fill(buffer, value);
    }

    @Override
    public void add(Buffer a, Buffer b, Buffer out) {
        movement.add(a, b, out);
    }

    @Override
    public void addScaled(double alpha, Buffer x, Buffer y) {
        movement.addScaled(alpha, x, y);
    }

    @Override
    public void gatherRows(Buffer table, int[] rows, Buffer out, boolean accumulate) {
        movement.gatherRows(table, rows, out, accumulate);
    }

    @Override
    public void scatterAddRows(Buffer from, int[] rows, Buffer table) {
        movement.scatterAddRows(from, rows, table);
    }

    @Override
    public void linear(Buffer x, Weight weight, Buffer bias, Buffer out) {
        products.linear(x, weight, bias, out);
    }

    @Override
    public void linearInputGradient(Buffer dOut, Weight weight, Buffer dX, boolean accumulate) {
        products.inputGradient(dOut, weight, dX, accumulate);
    }

    @Override
    public void linearWeightGradient(Buffer dOut, Buffer x, Buffer dWeight, boolean inputMajor) {
        products.weightGradient(dOut, x, dWeight, inputMajor);
    }

    @Override
    public void sumRows(Buffer x, Buffer total) {
        movement.sumRows(x, total);
    }

    @Override
    public void lowRank(Buffer x, Buffer mask, Buffer a, Buffer b, double scale, Buffer u, Buffer out) {
        lowRank.forward(x, mask, a, b, scale, u, out);
    }

    @Override
    public void lowRankGradient(
            Buffer dOut,
            Buffer x,
            Buffer mask,
            Buffer u,
            Buffer a,
            Buffer b,
            double scale,
            Buffer dA,
            Buffer dB,
            Buffer dX) {
        lowRank.gradient(dOut, x, mask, u, a, b, scale, dA, dB, dX);
    }

    @Override
    public void rmsNorm(Buffer x, Buffer weight, double eps, Buffer out, Buffer rstd) {
        norms.forward("rmsNorm", x, weight, null, eps, out, null, rstd);
    }

    @Override
    public void rmsNormGradient(
            Buffer dOut, Buffer x, Buffer weight, Buffer rstd, Buffer dX, boolean accumulate, Buffer dWeight) {
        norms.gradient("rmsNormGradient", dOut, x, weight, null, rstd, dX, accumulate, dWeight, null);
    }

    @Override
    public void layerNorm(Buffer x, Buffer weight, Buffer bias, double eps, Buffer out, Buffer mean, Buffer rstd) {
        norms.forward("layerNorm", x, weight, bias, eps, out, Shapes.floats("layerNorm", "mean", mean), rstd);
    }

    @Override
    public void layerNormGradient(
            Buffer dOut,
            Buffer x,
            Buffer weight,
            Buffer mean,
            Buffer rstd,
            Buffer dX,
            boolean accumulate,
            Buffer dWeight,
            Buffer dBias) {
        var means = Shapes.floats("layerNormGradient", "mean", mean);
        norms.gradient("layerNormGradient", dOut, x, weight, means, rstd, dX, accumulate, dWeight, dBias);
    }

    @Override
    public void rotary(Buffer x, int headDim, Buffer cos, Buffer sin, boolean inverse, Buffer out) {
        rotation.rotary(x, headDim, cos, sin, inverse, out);
    }

    @Override
    public void attention(
            AttentionShape shape, Segments segments, Buffer q, Buffer k, Buffer v, Buffer out, Buffer logSumExp) {
        attention.forward(shape, segments, q, k, v, out, logSumExp);
    }

    @Override
    public void attentionGradient(
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
            Buffer dV) {
        attentionGradient.backward(shape, segments, q, k, v, out, logSumExp, dOut, dQ, dK, dV);
    }

    @Override
    public void activation(ActivationKind kind, Buffer x, Buffer out) {
        activations.activation(kind, x, out);
    }

    @Override
    public void activationGradient(ActivationKind kind, Buffer x, Buffer dOut, Buffer dX) {
        activations.activationGradient(kind, x, dOut, dX);
    }

    @Override
    public void gatedActivation(ActivationKind kind, Buffer gate, Buffer up, Buffer out) {
        activations.gated(kind, gate, up, out);
    }

    @Override
    public void gatedActivationGradient(
            ActivationKind kind, Buffer gate, Buffer up, Buffer dOut, Buffer dGate, Buffer dUp) {
        activations.gatedGradient(kind, gate, up, dOut, dGate, dUp);
    }

    @Override
    public void crossEntropy(Buffer logits, int[] targets, double[] perRow, Buffer dLogits) {
        losses.crossEntropy(logits, targets, perRow, dLogits);
    }

    @Override
    public int[] argMax(Buffer logits) {
        return Losses.argMax(logits);
    }

    @Override
    public double sumOfSquares(Buffer values) {
        return Optimizer.sumOfSquares(values);
    }

    @Override
    public void adamW(Buffer parameter, Buffer gradient, Buffer m, Buffer v, AdamWStep step) {
        optimizer.adamW(parameter, gradient, m, v, step);
    }

    @Override
    public void close() {
        pool.close();
    }
}
