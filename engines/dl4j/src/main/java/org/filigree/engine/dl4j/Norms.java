package org.filigree.engine.dl4j;

import org.filigree.engine.Buffer;

/** Both norms are one formula: RMS norm is the layer norm whose mean is taken as zero. Sums are float64. */
final class Norms {

    private final Workers workers;

    Norms(Workers workers) {
        this.workers = workers;
    }

    /** {@code meanBuffer} null means RMS norm. */
    void forward(
            String kernel,
            Buffer xBuffer,
            Buffer weightBuffer,
            Buffer biasBuffer,
            double eps,
            Buffer outBuffer,
            Buffer meanBuffer,
            Buffer rstdBuffer) {
        var x = Shapes.floats(kernel, "x", xBuffer);
        var width = x.columns();
        var weight = row(Shapes.require(kernel, "weight", weightBuffer, 1, width));
        var bias = row(Shapes.orNull(kernel, "bias", biasBuffer, 1, width));
        var out = Shapes.require(kernel, "out", outBuffer, x.rows(), width);
        var means = Shapes.orNull(kernel, "mean", meanBuffer, x.rows(), 1);
        var rstds = Shapes.require(kernel, "rstd", rstdBuffer, x.rows(), 1);
        workers.over(x.rows(), Movement.fewestRows(width), (from, count) -> {
            var source = x.window(from, count);
            var target = out.window(from, count);
            var rstdColumn = rstds.window(from, count);
            var meanColumn = means == null ? null : means.window(from, count);
            var values = new float[width];
            for (var r = 0; r < count; r++) {
                source.get(r * x.stride(), values, 0, width);
                var mean = meanColumn == null ? 0 : (float) (Vectors.sum(values, 0, width) / width);
                var rstd = (float) (1 / Math.sqrt(Vectors.squares(values, width, mean) / width + eps));
                for (var c = 0; c < width; c++) {
                    values[c] = (values[c] - mean) * rstd * weight[c];
                }
                if (bias != null) {
                    for (var c = 0; c < width; c++) {
                        values[c] += bias[c];
                    }
                }
                target.put(r * out.stride(), values, 0, width);
                rstdColumn.put(r * rstds.stride(), rstd);
                if (meanColumn != null) {
                    meanColumn.put(r * means.stride(), mean);
                }
            }
        });
    }

    /** {@code meanBuffer} null means RMS norm. */
    void gradient(
            String kernel,
            Buffer dOutBuffer,
            Buffer xBuffer,
            Buffer weightBuffer,
            Buffer meanBuffer,
            Buffer rstdBuffer,
            Buffer dXBuffer,
            boolean accumulate,
            Buffer dWeightBuffer,
            Buffer dBiasBuffer) {
        var x = Shapes.floats(kernel, "x", xBuffer);
        var width = x.columns();
        var dOut = Shapes.require(kernel, "dOut", dOutBuffer, x.rows(), width);
        var weight = row(Shapes.require(kernel, "weight", weightBuffer, 1, width));
        var means = row(Shapes.orNull(kernel, "mean", meanBuffer, x.rows(), 1));
        var rstds = row(Shapes.require(kernel, "rstd", rstdBuffer, x.rows(), 1));
        var dX = Shapes.require(kernel, "dX", dXBuffer, x.rows(), width);
        var dWeight = Shapes.orNull(kernel, "dWeight", dWeightBuffer, 1, width);
        var dBias = Shapes.orNull(kernel, "dBias", dBiasBuffer, 1, width);
        // First the parameters: dX may be dOut.
        if (dWeight != null) {
            addToWeight(x, dOut, means, rstds, dWeight);
        }
        if (dBias != null) {
            new Movement(workers).sumRows(dOut, dBias);
        }
        workers.over(x.rows(), Movement.fewestRows(width), (from, count) -> {
            var source = x.window(from, count);
            var gradient = dOut.window(from, count);
            var target = dX.window(from, count);
            var normed = new float[width];
            var weighted = new float[width];
            var result = new float[width];
            for (var r = 0; r < count; r++) {
                source.get(r * x.stride(), normed, 0, width);
                gradient.get(r * dOut.stride(), weighted, 0, width);
                var mean = means == null ? 0 : means[from + r];
                var rstd = rstds[from + r];
                for (var c = 0; c < width; c++) {
                    normed[c] = (normed[c] - mean) * rstd;
                    weighted[c] *= weight[c];
                }
                var throughMean = means == null ? 0 : (float) (Vectors.sum(weighted, 0, width) / width);
                var along = (float) (Vectors.dot(weighted, normed, width) / width);
                if (accumulate) {
                    target.get(r * dX.stride(), result, 0, width);
                    for (var c = 0; c < width; c++) {
                        result[c] += rstd * (weighted[c] - throughMean - normed[c] * along);
                    }
                } else {
                    for (var c = 0; c < width; c++) {
                        result[c] = rstd * (weighted[c] - throughMean - normed[c] * along);
                    }
                }
                target.put(r * dX.stride(), result, 0, width);
            }
        });
    }

    /** Columns are cut among the threads. */
    private void addToWeight(NdBuffer x, NdBuffer dOut, float[] means, float[] rstds, NdBuffer dWeight) {
        workers.over(x.columns(), Movement.fewestRows(x.rows()), (from, count) -> {
            var source = x.window(0, x.rows());
            var gradient = dOut.window(0, x.rows());
            var sums = new double[count];
            for (var r = 0; r < x.rows(); r++) {
                var mean = means == null ? 0 : means[r];
                for (var c = 0; c < count; c++) {
                    var normed = (source.get(r * x.stride() + from + c) - mean) * rstds[r];
                    sums[c] += gradient.get(r * dOut.stride() + from + c) * normed;
                }
            }
            Movement.addTo(dWeight, from, sums);
        });
    }

    private static float[] row(NdBuffer vector) {
        return vector == null ? null : vector.read();
    }
}
