package org.filigree.engine.dl4j.device;

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

/** Kernels as operations on ND4J's arrays: they run where its loaded backend computes, and nowhere else is looked. */
public final class DeviceKernels implements Kernels {

    private final Fingerprint fingerprint;

    public DeviceKernels(Fingerprint fingerprint) {
        this.fingerprint = fingerprint;
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
        return new DeviceArena();
    }

    @Override
    public void copy(Buffer from, Buffer to) {
        Movement.copy(from, to);
    }

    @Override
    public void fill(Buffer buffer, double value) {
        Movement.fill(buffer, value);
    }

    @Override
    public void add(Buffer a, Buffer b, Buffer out) {
        Movement.add(a, b, out);
    }

    @Override
    public void addScaled(double alpha, Buffer x, Buffer y) {
        Movement.addScaled(alpha, x, y);
    }

    @Override
    public void gatherRows(Buffer table, int[] rows, Buffer out, boolean accumulate) {
        Movement.gatherRows(table, rows, out, accumulate);
    }

    @Override
    public void scatterAddRows(Buffer from, int[] rows, Buffer table) {
        Movement.scatterAddRows(from, rows, table);
    }

    @Override
    public void linear(Buffer x, Weight weight, Buffer bias, Buffer out) {
        Products.linear(x, weight, bias, out);
    }

    @Override
    public void linearInputGradient(Buffer dOut, Weight weight, Buffer dX, boolean accumulate) {
        Products.inputGradient(dOut, weight, dX, accumulate);
    }

    @Override
    public void linearWeightGradient(Buffer dOut, Buffer x, Buffer dWeight, boolean inputMajor) {
        Products.weightGradient(dOut, x, dWeight, inputMajor);
    }

    @Override
    public void sumRows(Buffer x, Buffer total) {
        Movement.sumRows(x, total);
    }

    @Override
    public void lowRank(Buffer x, Buffer mask, Buffer a, Buffer b, double scale, Buffer u, Buffer out) {
        Products.lowRank(x, mask, a, b, scale, u, out);
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
        Products.lowRankGradient(dOut, x, mask, u, a, b, scale, dA, dB, dX);
    }

    @Override
    public void rmsNorm(Buffer x, Buffer weight, double eps, Buffer out, Buffer rstd) {
        Norms.norm("rmsNorm", x, weight, null, eps, out, null, rstd);
    }

    @Override
    public void rmsNormGradient(
            Buffer dOut, Buffer x, Buffer weight, Buffer rstd, Buffer dX, boolean accumulate, Buffer dWeight) {
        Norms.gradient("rmsNormGradient", dOut, x, weight, null, rstd, dX, accumulate, dWeight, null);
    }

    @Override
    public void layerNorm(Buffer x, Buffer weight, Buffer bias, double eps, Buffer out, Buffer mean, Buffer rstd) {
        Norms.norm("layerNorm", x, weight, bias, eps, out, Shapes.floats("layerNorm", "mean", mean), rstd);
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
        Norms.gradient("layerNormGradient", dOut, x, weight, means, rstd, dX, accumulate, dWeight, dBias);
    }

    @Override
    public void rotary(Buffer x, int headDim, Buffer cos, Buffer sin, boolean inverse, Buffer out) {
        Movement.rotary(x, headDim, cos, sin, inverse, out);
    }

    @Override
    public void attention(
            AttentionShape shape, Segments segments, Buffer q, Buffer k, Buffer v, Buffer out, Buffer logSumExp) {
        Attention.forward(shape, segments, q, k, v, out, logSumExp);
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
        Attention.gradient(shape, segments, q, k, v, out, logSumExp, dOut, dQ, dK, dV);
    }

    @Override
    public void activation(ActivationKind kind, Buffer x, Buffer out) {
        Activations.activation(kind, x, out);
    }

    @Override
    public void activationGradient(ActivationKind kind, Buffer x, Buffer dOut, Buffer dX) {
        Activations.activationGradient(kind, x, dOut, dX);
    }

    @Override
    public void gatedActivation(ActivationKind kind, Buffer gate, Buffer up, Buffer out) {
        Activations.gated(kind, gate, up, out);
    }

    @Override
    public void gatedActivationGradient(
            ActivationKind kind, Buffer gate, Buffer up, Buffer dOut, Buffer dGate, Buffer dUp) {
        Activations.gatedGradient(kind, gate, up, dOut, dGate, dUp);
    }

    @Override
    public void crossEntropy(Buffer logits, int[] targets, double[] perRow, Buffer dLogits) {
        Losses.crossEntropy(logits, targets, perRow, dLogits);
    }

    @Override
    public int[] argMax(Buffer logits) {
        return Losses.argMax(logits);
    }

    @Override
    public double sumOfSquares(Buffer values) {
        return Losses.sumOfSquares(values);
    }

    @Override
    public void adamW(Buffer parameter, Buffer gradient, Buffer m, Buffer v, AdamWStep step) {
        Losses.adamW(parameter, gradient, m, v, step);
    }

    /** Holds nothing to release: each arena is closed by itself. */
    @Override
    public void close() {}
}
