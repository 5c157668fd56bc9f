package org.filigree.model;

import java.util.ArrayList;
import java.util.List;

/**
 * A causal language model as data: blocks in order, the last of which ends in the output embedding's logits. The tape
 * runs the last block ({@code head}) only at tokens that have a target, in chunks.
 *
 * @param family the {@code model_type} of its config.json: {@code llama}, {@code gpt2}, ...
 * @param width of the boundary activations
 * @param vocabulary rows of the output embedding
 * @param maxPositions longest document the model can place
 * @param rope null where positions are embedded instead
 * @param body blocks from tokens to the last hidden state
 * @param head from the last hidden state to {@code logits}: its output activation
 * @param weights every weight the ops name, in the order of first use
 */
public record ModelSpec(
        String family,
        int width,
        int vocabulary,
        int maxPositions,
        Rope rope,
        List<Block> body,
        Block head,
        List<WeightSpec> weights) {

    public ModelSpec {
        body = List.copyOf(body);
        weights = List.copyOf(weights);
    }

    /** A weight: its Hugging Face name and shape; a vector has one row. */
    public record WeightSpec(String name, int rows, int columns) {
        public long elements() {
            return (long) rows * columns;
        }
    }

    /** Body and head in order. */
    public List<Block> blocks() {
        var all = new ArrayList<>(body);
        all.add(head);
        return List.copyOf(all);
    }

    /** Every linear layer, in order: what adapters can wrap. */
    public List<Op.Linear> linears() {
        return blocks().stream()
                .flatMap(block -> block.ops().stream())
                .filter(Op.Linear.class::isInstance)
                .map(Op.Linear.class::cast)
                .toList();
    }

    public long parameters() {
        return weights.stream().mapToLong(WeightSpec::elements).sum();
    }
}
