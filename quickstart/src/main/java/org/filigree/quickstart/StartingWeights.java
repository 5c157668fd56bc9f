package org.filigree.quickstart;

import java.util.SortedMap;
import java.util.TreeMap;
import org.filigree.format.SafetensorsWriter.Tensor;
import org.filigree.lora.CounterRandom;
import org.filigree.model.ModelSpec;

/** Weights of a model that has learned nothing, as GPT-2 begins: norms 1, all others normal. */
final class StartingWeights {

    private static final double DEVIATION = 0.02;

    private StartingWeights() {}

    /**
     * By Hugging Face name. What writes into the residual stream is smaller by the root of the number of writers, so that
     * the stream's size does not depend on depth (GPT-2, section 2.3).
     */
    static SortedMap<String, Tensor> of(ModelSpec spec, long seed) {
        var tensors = new TreeMap<String, Tensor>();
        var residual = DEVIATION / Math.sqrt(2.0 * spec.body().size());
        for (var weight : spec.weights()) {
            var values = new float[Math.toIntExact(weight.elements())];
            var deviation = weight.name().matches(".*(o_proj|down_proj)\\.weight") ? residual : DEVIATION;
            var key = CounterRandom.key(seed, CounterRandom.name(weight.name()));
            for (var i = 0; i < values.length; i++) {
                values[i] = weight.rows() == 1 ? 1 : (float) (deviation * normal(key, i));
            }
            var shape =
                    weight.rows() == 1 ? new long[] {weight.columns()} : new long[] {weight.rows(), weight.columns()};
            tensors.put(weight.name(), new Tensor(shape, values, 0, values.length));
        }
        return tensors;
    }

    /** Box and Muller; 1 - u keeps the logarithm finite. */
    private static double normal(long key, long i) {
        var radius = Math.sqrt(-2 * Math.log(1 - CounterRandom.uniform(key, 2 * i)));
        return radius * Math.cos(2 * Math.PI * CounterRandom.uniform(key, 2 * i + 1));
    }
}
