package org.filigree.model;

import java.util.List;

/**
 * One step of a block, as data. Names of activations are local to the block; names of weights and modules are those of
 * the Hugging Face layout, so that a LoRA target finds them. {@code N} is the number of tokens.
 */
public sealed interface Op {

    /** Activations read. */
    List<String> inputs();

    /** Activations written. */
    List<String> outputs();

    /** Which integers an embedding looks up. */
    enum Index {
        TOKENS,
        POSITIONS
    }

    /**
     * {@code out [N, width]} = rows of the table {@code weight}, added to {@code addTo} when it is not null.
     *
     * @param addTo an activation that this op takes over and writes on, or null
     */
    record Embedding(Index index, String weight, int entries, int width, String addTo, String out) implements Op {
        @Override
        public List<String> inputs() {
            return addTo == null ? List.of() : List.of(addTo);
        }

        @Override
        public List<String> outputs() {
            return List.of(out);
        }
    }

    /** Which normalisation. */
    enum NormKind {
        RMS,
        LAYER
    }

    /** {@code bias} is null where the norm has none. */
    record Norm(NormKind kind, String weight, String bias, double epsilon, int width, String in, String out)
            implements Op {
        @Override
        public List<String> inputs() {
            return List.of(in);
        }

        @Override
        public List<String> outputs() {
            return List.of(out);
        }
    }

    /**
     * {@code out [N, outFeatures] = in [N, inFeatures] W' + bias}, and whatever adapters add to it.
     *
     * @param module what {@code target_modules} matches, such as {@code model.layers.0.self_attn.q_proj}
     * @param weight the weight's name; apart from the module because a tied head reads the embedding's
     * @param bias the bias's name, or null
     * @param inputMajor the weight is stored {@code [in, out]} (GPT-2's Conv1D; PEFT's fan_in_fan_out)
     */
    record Linear(
            String module,
            String weight,
            String bias,
            int inFeatures,
            int outFeatures,
            boolean inputMajor,
            String in,
            String out)
            implements Op {
        @Override
        public List<String> inputs() {
            return List.of(in);
        }

        @Override
        public List<String> outputs() {
            return List.of(out);
        }
    }

    /** Cuts columns: {@code outs[i] [N, widths[i]]}, side by side in {@code in}. */
    record Split(String in, List<String> outs, List<Integer> widths) implements Op {
        @Override
        public List<String> inputs() {
            return List.of(in);
        }

        @Override
        public List<String> outputs() {
            return outs;
        }
    }

    /** Rotates {@code in [N, heads * headDim]} by the model's rotary table, onto {@code out}. */
    record Rotary(int heads, int headDim, String in, String out) implements Op {
        @Override
        public List<String> inputs() {
            return List.of(in);
        }

        @Override
        public List<String> outputs() {
            return List.of(out);
        }
    }

    /**
     * Attention within each document: {@code out [N, heads * headDim]}.
     *
     * @param layer the number that names this attention's key and value cache while decoding
     * @param window sliding window in tokens, 0 for none
     */
    record Attention(
            int layer,
            int heads,
            int keyHeads,
            int headDim,
            double scale,
            boolean causal,
            int window,
            String query,
            String key,
            String value,
            String out)
            implements Op {
        @Override
        public List<String> inputs() {
            return List.of(query, key, value);
        }

        @Override
        public List<String> outputs() {
            return List.of(out);
        }
    }

    /** {@code out = f(in)}. */
    record Activation(ActivationKind kind, int width, String in, String out) implements Op {
        @Override
        public List<String> inputs() {
            return List.of(in);
        }

        @Override
        public List<String> outputs() {
            return List.of(out);
        }
    }

    /** {@code out = f(gate) * up}. */
    record GatedActivation(ActivationKind kind, int width, String gate, String up, String out) implements Op {
        @Override
        public List<String> inputs() {
            return List.of(gate, up);
        }

        @Override
        public List<String> outputs() {
            return List.of(out);
        }
    }

    /** {@code out = left + right}: a residual connection. */
    record Add(int width, String left, String right, String out) implements Op {
        @Override
        public List<String> inputs() {
            return List.of(left, right);
        }

        @Override
        public List<String> outputs() {
            return List.of(out);
        }
    }
}
