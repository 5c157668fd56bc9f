package org.filigree.lora;

import java.util.List;

/**
 * What one adapter trains on one model, resolved: targets matched, ranks and scales looked up. Built by
 * {@code AdapterPlanner} from a model and a configuration; an engine needs nothing else.
 *
 * @param layout names, shapes and places of everything trainable
 * @param wraps the linear layers that get a low-rank part; empty for full training
 * @param weights base weights trained in place (all of them for {@code method: full}); names as in the layout
 * @param dropout probability on the low-rank path
 */
public record AdapterPlan(AdapterLayout layout, List<Wrap> wraps, List<String> weights, double dropout) {

    public AdapterPlan {
        wraps = List.copyOf(wraps);
        weights = List.copyOf(weights);
    }

    /**
     * A low-rank part {@code scale * x A' B'}: {@code A [rank, in]} is the tensor {@code a}, {@code B [out, rank]} the
     * tensor {@code b}.
     *
     * @param scale {@code alpha / rank}, or {@code alpha / sqrt(rank)} with rsLoRA
     */
    public record Wrap(String module, int rank, double alpha, double scale, String a, String b) {}
}
