package org.filigree.lora;

/** First values of a new adapter, as PEFT gives them, from counters instead of a generator. */
public final class AdapterInit {

    private AdapterInit() {}

    /**
     * A uniform within {@code 1 / sqrt(in)} of 0 (PyTorch's Kaiming uniform with a = sqrt(5)), B zero, so that the adapter
     * changes nothing before its first step.
     *
     * @return {@code [plan.layout().size()]}
     */
    public static float[] values(AdapterPlan plan, long seed, String adapter) {
        var values = new float[plan.layout().size()];
        for (var wrap : plan.wraps()) {
            var a = plan.layout().find(wrap.a());
            var bound = 1 / Math.sqrt(a.columns());
            var key = CounterRandom.key(seed, CounterRandom.name(adapter), CounterRandom.name(a.name()));
            for (var i = 0; i < a.elements(); i++) {
                values[a.offset() + i] = (float) ((2 * CounterRandom.uniform(key, i) - 1) * bound);
            }
        }
        return values;
    }
}
