package org.filigree.lora;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What one adapter trains on one model, resolved: targets matched, ranks and scales looked up. Built by
 * {@code AdapterPlanner} from a model and a configuration; an engine needs nothing else.
 *
 * @param layout names, shapes and places of everything trainable
 * @param wraps the linear layers that get a low-rank part; empty for full training
 * @param weights base weights trained in place (all of them for {@code method: full}); names as in the layout
 * @param dropout probability on the low-rank path
 * @param trainsA false where every A stays as it began: then B alone is updated, decayed and clipped (FFA-LoRA, arXiv
 *     2403.12313)
 */
public record AdapterPlan(
        AdapterLayout layout, List<Wrap> wraps, List<String> weights, double dropout, boolean trainsA) {

    public AdapterPlan {
        wraps = List.copyOf(wraps);
        weights = List.copyOf(weights);
    }

    /** A plan that trains all of its tensors. */
    public AdapterPlan(AdapterLayout layout, List<Wrap> wraps, List<String> weights, double dropout) {
        this(layout, wraps, weights, dropout, true);
    }

    public AdapterPlan withFrozenA() {
        return new AdapterPlan(layout, wraps, weights, dropout, false);
    }

    /** The tensors that training changes, in the layout's order. */
    public List<AdapterLayout.Tensor> trained() {
        if (trainsA) {
            return layout.tensors();
        }
        var frozen = wraps.stream().map(Wrap::a).collect(Collectors.toSet());
        return layout.tensors().stream()
                .filter(tensor -> !frozen.contains(tensor.name()))
                .toList();
    }

    /**
     * A low-rank part {@code scale * x A' B'}: {@code A [rank, in]} is the tensor {@code a}, {@code B [out, rank]} the
     * tensor {@code b}.
     *
     * @param scale {@code alpha / rank}, or {@code alpha / sqrt(rank)} with rsLoRA
     */
    public record Wrap(String module, int rank, double alpha, double scale, String a, String b) {}
}
