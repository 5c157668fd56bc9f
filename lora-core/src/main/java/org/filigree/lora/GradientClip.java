package org.filigree.lora;

/** Clipping by the norm of all gradients together, as {@code torch.nn.utils.clip_grad_norm_}. */
public final class GradientClip {

    /** Keeps the division finite at a norm of 0; PyTorch's constant. */
    private static final double FLOOR = 1e-6;

    private GradientClip() {}

    /** What to multiply gradients by; 1 where {@code maxNorm} is 0 (no clipping). */
    public static double factor(double norm, double maxNorm) {
        return maxNorm == 0 ? 1 : Math.min(1, maxNorm / (norm + FLOOR));
    }

    public static double norm(float[] gradients) {
        var squares = 0.0;
        for (var gradient : gradients) {
            squares += (double) gradient * gradient;
        }
        return Math.sqrt(squares);
    }
}
