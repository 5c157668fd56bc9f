package org.filigree.lora;

/**
 * The learning rate of each step: linear warm-up from 0, then a shape, as transformers'
 * {@code get_constant_schedule_with_warmup}, {@code get_linear_schedule_with_warmup} and
 * {@code get_cosine_schedule_with_warmup} (half a cosine). A pure function of the step, so a resumed run needs no state.
 *
 * @param peak the rate at the end of the warm-up
 * @param warmupSteps steps before the peak; the first of them has rate 0
 * @param totalSteps where linear and cosine reach 0
 */
public record LearningRate(Shape shape, double peak, int warmupSteps, int totalSteps) {

    public enum Shape {
        CONSTANT,
        LINEAR,
        COSINE
    }

    public LearningRate {
        if (warmupSteps < 0 || totalSteps < 0) {
            throw new IllegalArgumentException(
                    "steps cannot be negative: warm-up %d, total %d".formatted(warmupSteps, totalSteps));
        }
    }

    /** @param step counts from 0: the updates made before this one */
    public double at(int step) {
        if (step < warmupSteps) {
            return peak * step / warmupSteps;
        }
        var span = Math.max(1, totalSteps - warmupSteps);
        return peak
                * switch (shape) {
                    case CONSTANT -> 1;
                    case LINEAR -> Math.max(0, (double) (totalSteps - step) / span);
                    case COSINE -> Math.max(0, 0.5 * (1 + Math.cos(Math.PI * (step - warmupSteps) / span)));
                };
    }
}
