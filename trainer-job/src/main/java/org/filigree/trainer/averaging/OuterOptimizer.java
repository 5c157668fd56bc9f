package org.filigree.trainer.averaging;

/** Moves the adapter by the mean of the workers' deltas. */
public sealed interface OuterOptimizer {

    /** Updates {@code values} and, where there is one, {@code momentum} in place; all {@code [n]}. */
    void apply(float[] values, float[] meanDelta, float[] momentum);

    /** Adds the mean. */
    record PlainMean() implements OuterOptimizer {
        @Override
        public void apply(float[] values, float[] meanDelta, float[] momentum) {
            for (var i = 0; i < values.length; i++) {
                values[i] += meanDelta[i];
            }
        }
    }

    /** PyTorch's SGD with Nesterov momentum on the negative delta, as DiLoCo (arXiv 2311.08105). */
    record Nesterov(double learningRate, double momentumFactor) implements OuterOptimizer {
        @Override
        public void apply(float[] values, float[] meanDelta, float[] momentum) {
            for (var i = 0; i < values.length; i++) {
                var moved = momentumFactor * momentum[i] + meanDelta[i];
                momentum[i] = (float) moved;
                values[i] = (float) (values[i] + learningRate * (meanDelta[i] + momentumFactor * moved));
            }
        }
    }
}
