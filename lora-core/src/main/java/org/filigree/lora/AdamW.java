package org.filigree.lora;

/**
 * AdamW with decoupled decay (arXiv 1711.05101) on plain arrays, as PyTorch does it and as an engine's kernel does:
 * state in fp32, each element computed in double. All arrays are {@code [n]} in the adapter layout's order.
 */
public record AdamW(double beta1, double beta2, double epsilon, double weightDecay) {

    /** The moments between steps; zero before the first. */
    public record Moments(float[] first, float[] second) {
        public Moments {
            if (first.length != second.length) {
                throw new IllegalArgumentException(
                        "moments differ in length: %d and %d".formatted(first.length, second.length));
            }
        }

        public static Moments zero(int size) {
            return new Moments(new float[size], new float[size]);
        }
    }

    /**
     * Updates {@code values} and {@code moments} in place.
     *
     * @param gradients summed, before scaling
     * @param scale one over the tokens, times the clipping factor
     * @param step counts from 1
     */
    public void update(
            float[] values, float[] gradients, Moments moments, double scale, double learningRate, int step) {
        if (gradients.length != values.length || moments.first().length != values.length) {
            throw new IllegalArgumentException("lengths differ: %d values, %d gradients, %d moments"
                    .formatted(values.length, gradients.length, moments.first().length));
        }
        var correction1 = 1 - Math.pow(beta1, step);
        var correction2 = Math.sqrt(1 - Math.pow(beta2, step));
        for (var i = 0; i < values.length; i++) {
            var gradient = gradients[i] * scale;
            var first = beta1 * moments.first()[i] + (1 - beta1) * gradient;
            var second = beta2 * moments.second()[i] + (1 - beta2) * gradient * gradient;
            moments.first()[i] = (float) first;
            moments.second()[i] = (float) second;
            var decayed = values[i] - learningRate * weightDecay * values[i];
            values[i] = (float)
                    (decayed - learningRate / correction1 * first / (Math.sqrt(second) / correction2 + epsilon));
        }
    }
}
