package org.filigree.engine.libtorch;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptionalList;
import org.bytedeco.pytorch.TensorOptionalVector;
import org.bytedeco.pytorch.global.torch;
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

/** Kernels on libtorch. Written into given buffers; temporaries end with each kernel's scope. */
final class LibTorchKernels implements Kernels {

    private static final int LOGITS = 1 << 26;
    private static final int LARGEST_CHUNK = 2048;

    private final Device device;
    private final DataType computeType;
    private final int lanes;
    private final Fingerprint fingerprint;

    LibTorchKernels(Device device, DataType computeType, int lanes, Fingerprint fingerprint) {
        this.device = device;
        this.computeType = computeType;
        this.lanes = lanes;
        this.fingerprint = fingerprint;
    }

    @Override
    public DataType computeType() {
        return computeType;
    }

    @Override
    public Fingerprint fingerprint() {
        return fingerprint;
    }

    @Override
    public int lanes() {
        return lanes;
    }

    /** On a GPU each chunk waits for its losses, so there are few: of 256 MB of logits in float32 at most. */
    @Override
    public int headChunk(int vocabulary) {
        var fewest = Kernels.super.headChunk(vocabulary);
        return device.is_cuda()
                ? Math.max(fewest, Math.min(LARGEST_CHUNK, Integer.highestOneBit(LOGITS / vocabulary)))
                : fewest;
    }

    @Override
    public void runLanes(List<Runnable> parts) {
        Threads.runAll(parts);
    }

    @Override
    public Arena arena() {
        return new TorchArena(device);
    }

    @Override
    public void copy(Buffer from, Buffer to) {
        Shapes.same("copy", from, to);
        try (var scope = new PointerScope()) {
            TorchBuffer.tensor(to).copy_(TorchBuffer.tensor(from));
        }
    }

    @Override
    public void fill(Buffer buffer, double value) {
        try (var scope = new PointerScope()) {
            TorchBuffer.tensor(buffer).fill_(new Scalar(value));
        }
    }

    @Override
    public void add(Buffer a, Buffer b, Buffer out) {
        Shapes.same("add", a, b, out);
        try (var scope = new PointerScope()) {
            torch.add_out(TorchBuffer.tensor(out), TorchBuffer.tensor(a), TorchBuffer.tensor(b));
        }
    }

    @Override
    public void addScaled(double alpha, Buffer x, Buffer y) {
        Shapes.same("addScaled", x, y);
        try (var scope = new PointerScope()) {
            TorchBuffer.tensor(y).add_(TorchBuffer.tensor(x), new Scalar(alpha));
        }
    }

    @Override
    public void gatherRows(Buffer table, int[] rows, Buffer out, boolean accumulate) {
        Shapes.require(
                out.rows() == rows.length && out.columns() == table.columns(),
                "gatherRows",
                "out",
                out,
                "[%d, %d]".formatted(rows.length, table.columns()));
        Indices.requireWithin("gatherRows", rows, table.rows());
        try (var scope = new PointerScope()) {
            var source = TorchBuffer.tensor(table);
            var index = Indices.of(rows, source);
            if (accumulate) {
                TorchBuffer.tensor(out).add_(source.index_select(0, index));
            } else {
                torch.index_select_out(TorchBuffer.tensor(out), source, 0, index);
            }
        }
    }

    @Override
    public void scatterAddRows(Buffer from, int[] rows, Buffer table) {
        Shapes.require(
                from.rows() == rows.length && from.columns() == table.columns(),
                "scatterAddRows",
                "from",
                from,
                "[%d, %d]".formatted(rows.length, table.columns()));
        Indices.requireWithin("scatterAddRows", rows, table.rows());
        try (var scope = new PointerScope()) {
            var target = TorchBuffer.tensor(table);
            var source = TorchBuffer.tensor(from);
            var index = Indices.of(rows, target);
            if (target.is_cpu()) {
                target.index_add_(0, index, source.to(target.scalar_type()));
            } else {
                // CUDA's index_add_ adds in whatever order its threads come; this one sorts.
                var indices = new TensorOptionalList(new TensorOptionalVector(new TensorOptional(index)));
                target.index_put_(indices, source.to(target.scalar_type()), true);
            }
        }
    }

    @Override
    public void linear(Buffer x, Weight weight, Buffer bias, Buffer out) {
        Products.linear(x, weight, bias, out);
    }

    @Override
    public void linearInputGradient(Buffer dOut, Weight weight, Buffer dX, boolean accumulate) {
        Products.linearInputGradient(dOut, weight, dX, accumulate);
    }

    @Override
    public void linearWeightGradient(Buffer dOut, Buffer x, Buffer dWeight, boolean inputMajor) {
        Products.linearWeightGradient(dOut, x, dWeight, inputMajor);
    }

    @Override
    public void sumRows(Buffer x, Buffer total) {
        Shapes.vector("sumRows", "total", total, x.columns());
        try (var scope = new PointerScope()) {
            Norms.addColumnSums(
                    total, TorchBuffer.tensor(x).to(TorchBuffer.tensor(total).scalar_type()));
        }
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
        Norms.rmsNorm(x, weight, eps, out, rstd);
    }

    @Override
    public void rmsNormGradient(
            Buffer dOut, Buffer x, Buffer weight, Buffer rstd, Buffer dX, boolean accumulate, Buffer dWeight) {
        Norms.rmsNormGradient(dOut, x, weight, rstd, dX, accumulate, dWeight);
    }

    @Override
    public void layerNorm(Buffer x, Buffer weight, Buffer bias, double eps, Buffer out, Buffer mean, Buffer rstd) {
        Norms.layerNorm(x, weight, bias, eps, out, mean, rstd);
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
        Norms.layerNormGradient(dOut, x, weight, mean, rstd, dX, accumulate, dWeight, dBias);
    }

    @Override
    public void rotary(Buffer x, int headDim, Buffer cos, Buffer sin, boolean inverse, Buffer out) {
        Rotation.rotary(x, headDim, cos, sin, inverse, out);
    }

    @Override
    public void attention(
            AttentionShape shape, Segments segments, Buffer q, Buffer k, Buffer v, Buffer out, Buffer logSumExp) {
        AttentionKernel.forward(shape, segments, q, k, v, out, logSumExp);
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
        AttentionKernel.backward(shape, segments, q, k, v, out, logSumExp, dOut, dQ, dK, dV);
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
        Activations.gatedActivation(kind, gate, up, out);
    }

    @Override
    public void gatedActivationGradient(
            ActivationKind kind, Buffer gate, Buffer up, Buffer dOut, Buffer dGate, Buffer dUp) {
        Activations.gatedActivationGradient(kind, gate, up, dOut, dGate, dUp);
    }

    @Override
    public void crossEntropy(Buffer logits, int[] targets, double[] losses, Buffer dLogits) {
        Losses.crossEntropy(logits, targets, losses, dLogits);
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
        Optimizer.adamW(parameter, gradient, m, v, step);
    }

    @Override
    public void close() {
        device.close();
    }
}
