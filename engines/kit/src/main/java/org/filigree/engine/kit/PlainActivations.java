package org.filigree.engine.kit;

import static org.filigree.engine.kit.Shapes.any;
import static org.filigree.engine.kit.Shapes.require;

import org.filigree.engine.Buffer;
import org.filigree.model.ActivationKind;

/** Activation functions and their derivatives. */
final class PlainActivations {

    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
    private static final double CUBIC = 0.044715;

    private PlainActivations() {}

    static void activation(ActivationKind kind, Buffer xIn, Buffer outIn) {
        var x = any("activation", "x", xIn);
        var out = require("activation", "out", outIn, x.rows, x.columns);
        for (var n = 0; n < x.rows; n++) {
            for (var c = 0; c < x.columns; c++) {
                out.set(n, c, value(kind, x.get(n, c)));
            }
        }
    }

    static void activationGradient(ActivationKind kind, Buffer xIn, Buffer dOutIn, Buffer dXIn) {
        var x = any("activationGradient", "x", xIn);
        var dOut = require("activationGradient", "dOut", dOutIn, x.rows, x.columns);
        var dX = require("activationGradient", "dX", dXIn, x.rows, x.columns);
        for (var n = 0; n < x.rows; n++) {
            for (var c = 0; c < x.columns; c++) {
                dX.set(n, c, dOut.get(n, c) * slope(kind, x.get(n, c)));
            }
        }
    }

    static void gated(ActivationKind kind, Buffer gateIn, Buffer upIn, Buffer outIn) {
        var gate = any("gatedActivation", "gate", gateIn);
        var up = require("gatedActivation", "up", upIn, gate.rows, gate.columns);
        var out = require("gatedActivation", "out", outIn, gate.rows, gate.columns);
        for (var n = 0; n < gate.rows; n++) {
            for (var c = 0; c < gate.columns; c++) {
                out.set(n, c, value(kind, gate.get(n, c)) * up.get(n, c));
            }
        }
    }

    static void gatedGradient(
            ActivationKind kind, Buffer gateIn, Buffer upIn, Buffer dOutIn, Buffer dGateIn, Buffer dUpIn) {
        var kernel = "gatedActivationGradient";
        var gate = any(kernel, "gate", gateIn);
        var up = require(kernel, "up", upIn, gate.rows, gate.columns);
        var dOut = require(kernel, "dOut", dOutIn, gate.rows, gate.columns);
        var dGate = require(kernel, "dGate", dGateIn, gate.rows, gate.columns);
        var dUp = require(kernel, "dUp", dUpIn, gate.rows, gate.columns);
        for (var n = 0; n < gate.rows; n++) {
            for (var c = 0; c < gate.columns; c++) {
                dGate.set(n, c, dOut.get(n, c) * up.get(n, c) * slope(kind, gate.get(n, c)));
                dUp.set(n, c, dOut.get(n, c) * value(kind, gate.get(n, c)));
            }
        }
    }

    static double value(ActivationKind kind, double x) {
        return switch (kind) {
            case RELU -> Math.max(x, 0);
            case SILU -> x * sigmoid(x);
            case GELU -> x * normalCdf(x);
            case GELU_TANH -> 0.5 * x * (1 + Math.tanh(SQRT_2_OVER_PI * (x + CUBIC * x * x * x)));
        };
    }

    static double slope(ActivationKind kind, double x) {
        return switch (kind) {
            case RELU -> x > 0 ? 1 : 0;
            case SILU -> sigmoid(x) * (1 + x * (1 - sigmoid(x)));
            case GELU -> normalCdf(x) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
            case GELU_TANH -> {
                var tanh = Math.tanh(SQRT_2_OVER_PI * (x + CUBIC * x * x * x));
                yield 0.5 * (1 + tanh) + 0.5 * x * (1 - tanh * tanh) * SQRT_2_OVER_PI * (1 + 3 * CUBIC * x * x);
            }
        };
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static double normalCdf(double x) {
        return 0.5 * (1 + erf(x / Math.sqrt(2)));
    }

    /** The series of Abramowitz and Stegun 7.1.6: all terms positive, so nothing cancels. */
    static double erf(double x) {
        if (Math.abs(x) > 6) {
            return Math.signum(x);
        }
        var term = x;
        var sum = 0.0;
        for (var n = 1; sum + term != sum; n++) {
            sum += term;
            term *= 2 * x * x / (2 * n + 1);
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }
}
