package org.filigree.engine;

/**
 * One AdamW update as PyTorch does it (decoupled decay, arXiv 1711.05101):
 * {@code p -= lr*decay*p; m,v <- moments of g*gradientScale; p -= lr/correction1 * m / (sqrt(v)/sqrt(correction2) + eps)}
 * with {@code correction = 1 - beta^step}.
 *
 * @param step counts from 1
 * @param gradientScale multiplies the gradient of sums first: one over the tokens, times the clipping factor
 */
public record AdamWStep(
        int step,
        double learningRate,
        double beta1,
        double beta2,
        double epsilon,
        double weightDecay,
        double gradientScale) {

    public double correction1() {
        return 1 - Math.pow(beta1, step);
    }

    public double correction2() {
        return 1 - Math.pow(beta2, step);
    }
}
