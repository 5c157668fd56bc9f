package org.filigree.engine.kit;

import java.util.List;
import java.util.function.BiConsumer;
import org.filigree.engine.AdamWStep;
import org.filigree.engine.AttentionShape;
import org.filigree.engine.Buffer;
import org.filigree.engine.Kernels;
import org.filigree.engine.Segments;
import org.filigree.engine.Weight;
import org.filigree.model.ActivationKind;

/** Calls with one operand of the wrong shape each. */
final class Refusals {

    /** Makes operands in the compute type. */
    interface Operands {
        Buffer of(int rows, int columns);

        Buffer master(int rows, int columns);
    }

    record Refusal(String kernel, String claim, BiConsumer<Kernels, Operands> call) {}

    private static final ActivationKind SILU = ActivationKind.SILU;
    private static final AttentionShape HEADS = new AttentionShape(2, 1, 4, 0.5, true, 0);
    private static final Segments FIVE = Segments.of(0, 2, 5);
    private static final AdamWStep STEP = new AdamWStep(1, 0.1, 0.9, 0.999, 1e-8, 0, 1);

    private Refusals() {}

    static List<Refusal> all() {
        return List.of(
                new Refusal("copy", "other columns", (k, o) -> k.copy(o.of(2, 3), o.of(2, 4))),
                new Refusal("copy", "transposed", (k, o) -> k.copy(o.of(2, 3), o.of(3, 2))),
                new Refusal("add", "other rows", (k, o) -> k.add(o.of(2, 3), o.of(1, 3), o.of(2, 3))),
                new Refusal("add", "other out", (k, o) -> k.add(o.of(2, 3), o.of(2, 3), o.of(3, 3))),
                new Refusal("addScaled", "other columns", (k, o) -> k.addScaled(1, o.of(2, 1), o.of(2, 3))),
                new Refusal(
                        "gatherRows",
                        "row beyond the table",
                        (k, o) -> k.gatherRows(o.of(4, 3), new int[] {0, 4}, o.of(2, 3), false)),
                new Refusal(
                        "gatherRows",
                        "negative row",
                        (k, o) -> k.gatherRows(o.of(4, 3), new int[] {0, -1}, o.of(2, 3), false)),
                new Refusal(
                        "gatherRows",
                        "other count",
                        (k, o) -> k.gatherRows(o.of(4, 3), new int[] {0, 1, 2}, o.of(2, 3), false)),
                new Refusal(
                        "scatterAddRows",
                        "row beyond the table",
                        (k, o) -> k.scatterAddRows(o.of(2, 3), new int[] {0, 4}, o.of(4, 3))),
                new Refusal(
                        "scatterAddRows",
                        "other columns",
                        (k, o) -> k.scatterAddRows(o.of(2, 3), new int[] {0, 1}, o.of(4, 2))),
                new Refusal(
                        "linear",
                        "input of another width",
                        (k, o) -> k.linear(o.of(2, 4), new Weight.Dense(o.of(5, 3), false), null, o.of(2, 5))),
                new Refusal(
                        "linear",
                        "weight the other way round",
                        (k, o) -> k.linear(o.of(2, 3), new Weight.Dense(o.of(5, 3), true), null, o.of(2, 5))),
                new Refusal(
                        "linear",
                        "bias of another width",
                        (k, o) -> k.linear(o.of(2, 3), new Weight.Dense(o.of(5, 3), false), o.of(1, 3), o.of(2, 5))),
                new Refusal(
                        "linear",
                        "other rows of out",
                        (k, o) -> k.linear(o.of(2, 3), new Weight.Dense(o.of(5, 3), false), null, o.of(3, 5))),
                new Refusal(
                        "linearInputGradient",
                        "other dX",
                        (k, o) -> k.linearInputGradient(
                                o.of(2, 5), new Weight.Dense(o.of(5, 3), false), o.of(2, 5), false)),
                new Refusal(
                        "linearWeightGradient",
                        "transposed",
                        (k, o) -> k.linearWeightGradient(o.of(2, 5), o.of(2, 3), o.master(3, 5), false)),
                new Refusal("sumRows", "other width", (k, o) -> k.sumRows(o.of(2, 5), o.master(1, 4))),
                new Refusal(
                        "lowRank",
                        "ranks that differ",
                        (k, o) -> k.lowRank(o.of(2, 3), null, o.of(2, 3), o.of(5, 4), 1, o.of(2, 2), o.of(2, 5))),
                new Refusal(
                        "lowRank",
                        "mask of another shape",
                        (k, o) -> k.lowRank(o.of(2, 3), o.of(2, 2), o.of(4, 3), o.of(5, 4), 1, o.of(2, 4), o.of(2, 5))),
                new Refusal(
                        "lowRankGradient",
                        "other dA",
                        (k, o) -> k.lowRankGradient(
                                o.of(2, 5),
                                o.of(2, 3),
                                null,
                                o.of(2, 4),
                                o.of(4, 3),
                                o.of(5, 4),
                                1,
                                o.master(3, 4),
                                o.master(5, 4),
                                null)),
                new Refusal(
                        "rmsNorm",
                        "weight of another width",
                        (k, o) -> k.rmsNorm(o.of(2, 3), o.of(1, 4), 1e-5, o.of(2, 3), o.master(2, 1))),
                new Refusal(
                        "rmsNormGradient",
                        "other dX",
                        (k, o) -> k.rmsNormGradient(
                                o.of(2, 3), o.of(2, 3), o.of(1, 3), o.master(2, 1), o.of(3, 3), false, null)),
                new Refusal(
                        "layerNorm",
                        "other statistics",
                        (k, o) -> k.layerNorm(
                                o.of(2, 3), o.of(1, 3), null, 1e-5, o.of(2, 3), o.master(3, 1), o.master(2, 1))),
                new Refusal(
                        "layerNormGradient",
                        "other dBias",
                        (k, o) -> k.layerNormGradient(
                                o.of(2, 3),
                                o.of(2, 3),
                                o.of(1, 3),
                                o.master(2, 1),
                                o.master(2, 1),
                                o.of(2, 3),
                                false,
                                null,
                                o.master(1, 2))),
                new Refusal(
                        "rotary",
                        "width that is no multiple",
                        (k, o) -> k.rotary(o.of(2, 6), 4, o.master(2, 2), o.master(2, 2), false, o.of(2, 6))),
                new Refusal(
                        "rotary",
                        "table of other rows",
                        (k, o) -> k.rotary(o.of(2, 8), 4, o.master(1, 2), o.master(2, 2), false, o.of(2, 8))),
                new Refusal(
                        "attention",
                        "queries of another width",
                        (k, o) -> k.attention(
                                HEADS, FIVE, o.of(5, 4), o.of(5, 4), o.of(5, 4), o.of(5, 4), o.master(5, 2))),
                new Refusal(
                        "attention",
                        "offsets that end elsewhere",
                        (k, o) -> k.attention(
                                HEADS, FIVE, o.of(6, 8), o.of(6, 4), o.of(6, 4), o.of(6, 8), o.master(6, 2))),
                new Refusal(
                        "attentionGradient",
                        "other dK",
                        (k, o) -> k.attentionGradient(
                                HEADS,
                                FIVE,
                                o.of(5, 8),
                                o.of(5, 4),
                                o.of(5, 4),
                                o.of(5, 8),
                                o.master(5, 2),
                                o.of(5, 8),
                                o.of(5, 8),
                                o.of(5, 8),
                                o.of(5, 4))),
                new Refusal("activation", "other out", (k, o) -> k.activation(SILU, o.of(2, 3), o.of(2, 2))),
                new Refusal(
                        "activationGradient",
                        "other dOut",
                        (k, o) -> k.activationGradient(SILU, o.of(2, 3), o.of(1, 3), o.of(2, 3))),
                new Refusal(
                        "gatedActivation",
                        "other up",
                        (k, o) -> k.gatedActivation(SILU, o.of(2, 3), o.of(2, 4), o.of(2, 3))),
                new Refusal(
                        "gatedActivationGradient",
                        "other dUp",
                        (k, o) -> k.gatedActivationGradient(
                                SILU, o.of(2, 3), o.of(2, 3), o.of(2, 3), o.of(2, 3), o.of(3, 3))),
                new Refusal(
                        "crossEntropy",
                        "target beyond the vocabulary",
                        (k, o) -> k.crossEntropy(o.of(2, 3), new int[] {0, 3}, new double[2], null)),
                new Refusal(
                        "crossEntropy",
                        "negative target",
                        (k, o) -> k.crossEntropy(o.of(2, 3), new int[] {-1, 0}, new double[2], null)),
                new Refusal(
                        "crossEntropy",
                        "other count of targets",
                        (k, o) -> k.crossEntropy(o.of(2, 3), new int[] {0}, new double[2], null)),
                new Refusal(
                        "crossEntropy",
                        "other dLogits",
                        (k, o) -> k.crossEntropy(o.of(2, 3), new int[] {0, 1}, new double[2], o.of(2, 4))),
                new Refusal(
                        "adamW",
                        "moments of another size",
                        (k, o) -> k.adamW(o.master(4, 1), o.master(4, 1), o.master(4, 1), o.master(3, 1), STEP)));
    }
}
