package org.filigree.engine.dl4j.device;

import org.filigree.engine.AdamWStep;
import org.filigree.engine.Buffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Cross-entropy, and what is done with its gradients. */
final class Losses {

    private Losses() {}

    static void crossEntropy(Buffer logitsIn, int[] targets, double[] losses, Buffer dLogitsIn) {
        var kernel = "crossEntropy";
        var logits = Shapes.floats(kernel, "logits", logitsIn);
        var vocabulary = logits.columns();
        var dLogits = Shapes.orNull(kernel, "dLogits", dLogitsIn, logits.rows(), vocabulary);
        if (targets.length != logits.rows() || losses.length != logits.rows()) {
            throw new IllegalArgumentException("crossEntropy: %d rows of logits, %d targets, %d losses"
                    .formatted(logits.rows(), targets.length, losses.length));
        }
        Shapes.rows(kernel, targets, vocabulary);
        if (logits.isEmpty()) {
            return;
        }
        try (var t = new Temporaries()) {
            var z = logits.array();
            var below = t.own(z.sub(t.own(z.max(true, 1))));
            var wanted =
                    t.own(Nd4j.createFromArray(targets).castTo(DataType.FLOAT)).reshape('c', targets.length, 1);
            var hot = t.own(t.own(places(vocabulary, t).eq(wanted)).castTo(DataType.FLOAT));
            var chosen = t.own(t.own(below.mul(hot)).sum(1)).toFloatVector();
            var p = Transforms.exp(below, false);
            var sums = t.own(p.sum(true, 1));
            var ofRows = sums.data().asFloat();
            for (var i = 0; i < losses.length; i++) {
                losses[i] = Math.log(ofRows[i]) - chosen[i];
            }
            if (dLogits != null) {
                dLogits.array().assign(p.divi(sums).subi(hot));
            }
        }
    }

    /** 0, 1, 2, ... as one row. */
    private static INDArray places(int count, Temporaries t) {
        return t.own(Nd4j.arange(count).castTo(DataType.FLOAT)).reshape('c', 1, count);
    }

    /** The least place among those of the largest, so that the first of equals wins on any backend. */
    static int[] argMax(Buffer logitsIn) {
        var logits = Shapes.floats("argMax", "logits", logitsIn);
        var columns = logits.columns();
        if (columns == 0) {
            throw new IllegalArgumentException("argMax: no columns");
        }
        if (logits.isEmpty()) {
            return new int[0];
        }
        try (var t = new Temporaries()) {
            var z = logits.array();
            var less = t.own(t.own(z.lt(t.own(z.max(true, 1)))).castTo(DataType.FLOAT));
            var found =
                    t.own(less.muli(columns).addi(places(columns, t)).min(1)).toFloatVector();
            var best = new int[found.length];
            for (var i = 0; i < best.length; i++) {
                best[i] = (int) found[i];
            }
            return best;
        }
    }

    static double sumOfSquares(Buffer valuesIn) {
        var values = Shapes.floats("sumOfSquares", "values", valuesIn);
        if (values.isEmpty()) {
            return 0;
        }
        try (var t = new Temporaries()) {
            var wide = t.own(values.array().castTo(DataType.DOUBLE));
            return wide.muli(wide).sumNumber().doubleValue();
        }
    }

    static void adamW(Buffer parameter, Buffer gradient, Buffer mIn, Buffer vIn, AdamWStep step) {
        var p = Shapes.floats("adamW", "parameter", parameter);
        var g = Shapes.require("adamW", "gradient", gradient, p.rows(), p.columns());
        var m = Shapes.require("adamW", "m", mIn, p.rows(), p.columns());
        var v = Shapes.require("adamW", "v", vIn, p.rows(), p.columns());
        if (p.isEmpty()) {
            return;
        }
        try (var t = new Temporaries()) {
            var slope = t.own(g.array().mul(step.gradientScale()));
            var square = t.own(slope.mul(slope)).muli(1 - step.beta2());
            m.array().muli(step.beta1()).addi(slope.muli(1 - step.beta1()));
            v.array().muli(step.beta2()).addi(square);
            var size = t.own(Transforms.sqrt(v.array(), true))
                    .divi(Math.sqrt(step.correction2()))
                    .addi(step.epsilon());
            var change = t.own(m.array().div(size)).muli(step.learningRate() / step.correction1());
            p.array().muli(1 - step.learningRate() * step.weightDecay()).subi(change);
        }
    }
}
