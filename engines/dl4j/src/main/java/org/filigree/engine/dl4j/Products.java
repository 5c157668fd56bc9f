package org.filigree.engine.dl4j;

import org.filigree.engine.Buffer;
import org.filigree.engine.Weight;

/** Linear layers. Threads share a product by its rows: each packs the frozen weight anew, which rows enough pay for. */
final class Products {

    private static final int FEWEST_ROWS = 64;

    private final Workers workers;

    Products(Workers workers) {
        this.workers = workers;
    }

    void linear(Buffer xBuffer, Weight weight, Buffer biasBuffer, Buffer outBuffer) {
        var in = weight.inFeatures();
        var width = weight.outFeatures();
        var x = Shapes.require("linear", "x", xBuffer, xBuffer.rows(), in);
        var out = Shapes.require("linear", "out", outBuffer, x.rows(), width);
        var bias = Shapes.orNull("linear", "bias", biasBuffer, 1, width);
        var dense = (Weight.Dense) weight;
        var w = Shapes.floats("linear", "weight", dense.values());
        workers.over(x.rows(), FEWEST_ROWS, (from, count) -> {
            if (bias != null) {
                repeat(bias, out, from, count);
            }
            var beta = bias == null ? 0 : 1;
            if (dense.inputMajor()) {
                Blas.product(
                        count,
                        width,
                        in,
                        1,
                        x.at(from, 0),
                        x.stride(),
                        w.at(0, 0),
                        w.stride(),
                        beta,
                        out.at(from, 0),
                        out.stride());
            } else {
                Blas.productTransposed(
                        count,
                        width,
                        in,
                        1,
                        x.at(from, 0),
                        x.stride(),
                        w.at(0, 0),
                        w.stride(),
                        beta,
                        out.at(from, 0),
                        out.stride());
            }
        });
    }

    private static void repeat(NdBuffer bias, NdBuffer out, int from, int count) {
        var source = bias.window(0, 1);
        var target = out.window(from, count);
        for (var r = 0; r < count; r++) {
            target.put(r * out.stride(), source, 0, bias.columns());
        }
    }

    void inputGradient(Buffer dOutBuffer, Weight weight, Buffer dXBuffer, boolean accumulate) {
        var kernel = "linearInputGradient";
        var in = weight.inFeatures();
        var width = weight.outFeatures();
        var dOut = Shapes.require(kernel, "dOut", dOutBuffer, dOutBuffer.rows(), width);
        var dX = Shapes.require(kernel, "dX", dXBuffer, dOut.rows(), in);
        var dense = (Weight.Dense) weight;
        var w = Shapes.floats(kernel, "weight", dense.values());
        var beta = accumulate ? 1 : 0;
        workers.over(dOut.rows(), FEWEST_ROWS, (from, count) -> {
            if (dense.inputMajor()) {
                Blas.productTransposed(
                        count,
                        in,
                        width,
                        1,
                        dOut.at(from, 0),
                        dOut.stride(),
                        w.at(0, 0),
                        w.stride(),
                        beta,
                        dX.at(from, 0),
                        dX.stride());
            } else {
                Blas.product(
                        count,
                        in,
                        width,
                        1,
                        dOut.at(from, 0),
                        dOut.stride(),
                        w.at(0, 0),
                        w.stride(),
                        beta,
                        dX.at(from, 0),
                        dX.stride());
            }
        });
    }

    /** Rows of the gradient are cut among the threads; each sums over all tokens in their order. */
    void weightGradient(Buffer dOutBuffer, Buffer xBuffer, Buffer dWeightBuffer, boolean inputMajor) {
        var kernel = "linearWeightGradient";
        var left = Shapes.floats(kernel, inputMajor ? "x" : "dOut", inputMajor ? xBuffer : dOutBuffer);
        var right = Shapes.floats(kernel, inputMajor ? "dOut" : "x", inputMajor ? dOutBuffer : xBuffer);
        Shapes.require(kernel, "x", xBuffer, dOutBuffer.rows(), xBuffer.columns());
        var dWeight = Shapes.require(kernel, "dWeight", dWeightBuffer, left.columns(), right.columns());
        workers.over(dWeight.rows(), FEWEST_ROWS, (from, count) -> {
            Blas.transposedProduct(
                    count,
                    right.columns(),
                    left.rows(),
                    1,
                    left.at(0, from),
                    left.stride(),
                    right.at(0, 0),
                    right.stride(),
                    1,
                    dWeight.at(from, 0),
                    dWeight.stride());
        });
    }
}
