package org.filigree.engine.libtorch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.filigree.engine.Buffer;
import org.filigree.model.ActivationKind;

/** Pointwise functions, plain and gated. */
final class Activations {

    private Activations() {}

    private static void apply(ActivationKind kind, Tensor x, Tensor out) {
        switch (kind) {
            case RELU -> torch.clamp_min_out(out, x, new Scalar(0.0));
            case SILU -> torch.silu_out(out, x);
            case GELU -> torch.gelu_out(out, x, "none");
            case GELU_TANH -> torch.gelu_out(out, x, "tanh");
        }
    }

    private static void gradient(ActivationKind kind, Tensor x, Tensor dOut, Tensor dX) {
        switch (kind) {
            case RELU -> torch.threshold_backward_out(dX, dOut, x, new Scalar(0.0));
            case SILU -> torch.silu_backward_out(dX, dOut, x);
            case GELU -> torch.gelu_backward_out(dX, dOut, x, "none");
            case GELU_TANH -> torch.gelu_backward_out(dX, dOut, x, "tanh");
        }
    }

    static void activation(ActivationKind kind, Buffer x, Buffer out) {
        Shapes.same("activation", x, out);
        try (var scope = new PointerScope()) {
            apply(kind, TorchBuffer.tensor(x), TorchBuffer.tensor(out));
        }
    }

    static void activationGradient(ActivationKind kind, Buffer x, Buffer dOut, Buffer dX) {
        Shapes.same("activationGradient", x, dOut, dX);
        try (var scope = new PointerScope()) {
            gradient(kind, TorchBuffer.tensor(x), TorchBuffer.tensor(dOut), TorchBuffer.tensor(dX));
        }
    }

    static void gatedActivation(ActivationKind kind, Buffer gate, Buffer up, Buffer out) {
        Shapes.same("gatedActivation", gate, up, out);
        try (var scope = new PointerScope()) {
            var result = TorchBuffer.tensor(out);
            apply(kind, TorchBuffer.tensor(gate), result);
            result.mul_(TorchBuffer.tensor(up));
        }
    }

    static void gatedActivationGradient(
            ActivationKind kind, Buffer gate, Buffer up, Buffer dOut, Buffer dGate, Buffer dUp) {
        Shapes.same("gatedActivationGradient", gate, up, dOut, dGate, dUp);
        try (var scope = new PointerScope()) {
            var g = TorchBuffer.tensor(gate);
            var d = TorchBuffer.tensor(dOut);
            var toGate = TorchBuffer.tensor(dGate);
            var toUp = TorchBuffer.tensor(dUp);
            apply(kind, g, toUp);
            toUp.mul_(d);
            torch.mul_out(toGate, d, TorchBuffer.tensor(up));
            gradient(kind, g, toGate, toGate);
        }
    }
}
