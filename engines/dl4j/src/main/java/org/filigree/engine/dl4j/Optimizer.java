package org.filigree.engine.dl4j;

import org.filigree.engine.AdamWStep;
import org.filigree.engine.Buffer;

/** AdamW and the norm that clipping needs. */
final class Optimizer {

    /** Elements whose squares are summed as one; the sums of the blocks are then added in order. */
    private static final int BLOCK = 1 << 16;

    private final Workers workers;

    Optimizer(Workers workers) {
        this.workers = workers;
    }

    void adamW(Buffer parameter, Buffer gradient, Buffer m, Buffer v, AdamWStep step) {
        var p = Shapes.floats("adamW", "parameter", parameter);
        var g = Shapes.require("adamW", "gradient", gradient, p.rows(), p.columns());
        var first = Shapes.require("adamW", "m", m, p.rows(), p.columns());
        var second = Shapes.require("adamW", "v", v, p.rows(), p.columns());
        workers.over(p.rows(), Movement.fewestRows(p.columns()), (from, count) -> {
            for (var r = from; r < from + count; r += rows(p)) {
                update(p, g, first, second, step, r, Math.min(rows(p), from + count - r));
            }
        });
    }

    /** Rows of a block. */
    private static int rows(NdBuffer buffer) {
        return Math.max(1, BLOCK / Math.max(1, buffer.columns()));
    }

    private static void update(
            NdBuffer parameter, NdBuffer gradient, NdBuffer m, NdBuffer v, AdamWStep step, int row, int rows) {
        var p = parameter.window(row, rows);
        var g = gradient.window(row, rows);
        var first = m.window(row, rows);
        var second = v.window(row, rows);
        var keep = (float) (1 - step.learningRate() * step.weightDecay());
        var beta1 = (float) step.beta1();
        var beta2 = (float) step.beta2();
        var rest1 = (float) (1 - step.beta1());
        var rest2 = (float) (1 - step.beta2());
        var scale = (float) step.gradientScale();
        var size = (float) (step.learningRate() / step.correction1());
        var root = (float) (1 / Math.sqrt(step.correction2()));
        var epsilon = (float) step.epsilon();
        for (var r = 0; r < rows; r++) {
            for (var c = 0; c < parameter.columns(); c++) {
                var slope = g.get(r * gradient.stride() + c) * scale;
                var mean = beta1 * first.get(r * m.stride() + c) + rest1 * slope;
                var square = beta2 * second.get(r * v.stride() + c) + rest2 * slope * slope;
                first.put(r * m.stride() + c, mean);
                second.put(r * v.stride() + c, square);
                var at = r * parameter.stride() + c;
                p.put(at, p.get(at) * keep - size * mean / ((float) Math.sqrt(square) * root + epsilon));
            }
        }
    }

    static double sumOfSquares(Buffer buffer) {
        var values = Shapes.floats("sumOfSquares", "values", buffer);
        var total = 0.0;
        for (var row = 0; row < values.rows(); row += rows(values)) {
            var count = Math.min(rows(values), values.rows() - row);
            var window = values.window(row, count);
            var sum = 0.0;
            for (var r = 0; r < count; r++) {
                for (var c = 0; c < values.columns(); c++) {
                    double value = window.get(r * values.stride() + c);
                    sum += value * value;
                }
            }
            total += sum;
        }
        return total;
    }
}
