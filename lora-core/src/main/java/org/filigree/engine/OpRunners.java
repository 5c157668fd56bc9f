package org.filigree.engine;

import java.util.Map;
import org.filigree.model.Op;

/** Which runner runs which op. */
final class OpRunners {

    private static final Map<Class<? extends Op>, OpRunner<? extends Op>> ALL = Map.of(
            Op.Embedding.class, new EmbeddingRunner(),
            Op.Norm.class, new NormRunner(),
            Op.Linear.class, new LinearRunner(),
            Op.Split.class, new SplitRunner(),
            Op.Rotary.class, new RotaryRunner(),
            Op.Attention.class, new AttentionRunner(),
            Op.Activation.class, new ActivationRunner(),
            Op.GatedActivation.class, new GatedActivationRunner(),
            Op.Add.class, new AddRunner());

    private OpRunners() {}

    @SuppressWarnings("unchecked") // the table pairs each record with its own runner
    static OpRunner<Op> of(Op op) {
        return (OpRunner<Op>) ALL.get(op.getClass());
    }
}
