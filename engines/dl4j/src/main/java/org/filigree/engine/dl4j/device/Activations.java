package org.filigree.engine.dl4j.device;

import org.filigree.engine.Buffer;
import org.filigree.model.ActivationKind;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Erf;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Each function is {@code f(x) = x * s} with a share s: a step, the sigmoid, the normal distribution function. */
final class Activations {

    private static final double ROOT_2_OVER_PI = Math.sqrt(2 / Math.PI);
    private static final double CUBIC = 0.044715;

    private Activations() {}

    private static INDArray share(ActivationKind kind, INDArray x, Temporaries t) {
        return switch (kind) {
            case RELU -> t.own(t.own(x.gt(0)).castTo(DataType.FLOAT));
            case SILU -> Transforms.sigmoid(t.own(x.dup('c')), false);
            case GELU -> {
                var scaled = t.own(x.mul(Math.sqrt(0.5)));
                yield Nd4j.exec(new Erf(scaled, scaled)).muli(0.5).addi(0.5);
            }
            // (1 + tanh(y)) / 2 is the sigmoid of 2y.
            case GELU_TANH ->
                Transforms.sigmoid(t.own(x.mul(x)).muli(CUBIC).addi(1).muli(x).muli(2 * ROOT_2_OVER_PI), false);
        };
    }

    private static INDArray slope(ActivationKind kind, INDArray x, INDArray share, Temporaries t) {
        return switch (kind) {
            case RELU -> share;
            case SILU -> t.own(share.rsub(1)).muli(x).addi(1).muli(share);
            case GELU -> {
                var peak = Transforms.exp(t.own(x.mul(x)).muli(-0.5), false).muli(1 / Math.sqrt(2 * Math.PI));
                yield peak.muli(x).addi(share);
            }
            case GELU_TANH -> {
                var inner = t.own(x.mul(x)).muli(3 * CUBIC).addi(1).muli(2 * ROOT_2_OVER_PI);
                yield t.own(share.rsub(1)).muli(x).muli(inner).addi(1).muli(share);
            }
        };
    }

    static void activation(ActivationKind kind, Buffer xIn, Buffer outIn) {
        var x = Shapes.floats("activation", "x", xIn);
        var out = Shapes.require("activation", "out", outIn, x.rows(), x.columns());
        if (x.isEmpty()) {
            return;
        }
        try (var t = new Temporaries()) {
            out.array().assign(t.own(x.array().mul(share(kind, x.array(), t))));
        }
    }

    static void activationGradient(ActivationKind kind, Buffer xIn, Buffer dOutIn, Buffer dXIn) {
        var kernel = "activationGradient";
        var x = Shapes.floats(kernel, "x", xIn);
        var dOut = Shapes.require(kernel, "dOut", dOutIn, x.rows(), x.columns());
        var dX = Shapes.require(kernel, "dX", dXIn, x.rows(), x.columns());
        if (x.isEmpty()) {
            return;
        }
        try (var t = new Temporaries()) {
            var slope = slope(kind, x.array(), share(kind, x.array(), t), t);
            dX.array().assign(t.own(dOut.array().mul(slope)));
        }
    }

    static void gated(ActivationKind kind, Buffer gateIn, Buffer upIn, Buffer outIn) {
        var kernel = "gatedActivation";
        var gate = Shapes.floats(kernel, "gate", gateIn);
        var up = Shapes.require(kernel, "up", upIn, gate.rows(), gate.columns());
        var out = Shapes.require(kernel, "out", outIn, gate.rows(), gate.columns());
        if (gate.isEmpty()) {
            return;
        }
        try (var t = new Temporaries()) {
            var value = t.own(gate.array().mul(share(kind, gate.array(), t)));
            out.array().assign(value.muli(up.array()));
        }
    }

    static void gatedGradient(
            ActivationKind kind, Buffer gateIn, Buffer upIn, Buffer dOutIn, Buffer dGateIn, Buffer dUpIn) {
        var kernel = "gatedActivationGradient";
        var gate = Shapes.floats(kernel, "gate", gateIn);
        var up = Shapes.require(kernel, "up", upIn, gate.rows(), gate.columns());
        var dOut = Shapes.require(kernel, "dOut", dOutIn, gate.rows(), gate.columns());
        var dGate = Shapes.require(kernel, "dGate", dGateIn, gate.rows(), gate.columns());
        var dUp = Shapes.require(kernel, "dUp", dUpIn, gate.rows(), gate.columns());
        if (gate.isEmpty()) {
            return;
        }
        try (var t = new Temporaries()) {
            var share = share(kind, gate.array(), t);
            dUp.array().assign(t.own(gate.array().mul(share)).muli(dOut.array()));
            var slope = slope(kind, gate.array(), share, t);
            dGate.array().assign(t.own(up.array().mul(dOut.array())).muli(slope));
        }
    }
}
