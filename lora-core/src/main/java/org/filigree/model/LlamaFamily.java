package org.filigree.model;

import java.util.ArrayList;
import org.filigree.model.Op.NormKind;

/** Llama, and Mistral and Qwen2 as the same with their differences. */
final class LlamaFamily {

    /** Which biases the projections carry, and the sliding window (0 for none). */
    private record Differences(boolean queryBias, boolean outputBias, boolean mlpBias, int window) {}

    private LlamaFamily() {}

    static ModelSpec llama(ModelConfig config) {
        var bias = config.flag("attention_bias", false);
        return spec("llama", config, new Differences(bias, bias, config.flag("mlp_bias", false), 0));
    }

    static ModelSpec mistral(ModelConfig config) {
        return spec("mistral", config, new Differences(false, false, false, config.positive("sliding_window", 0)));
    }

    static ModelSpec qwen2(ModelConfig config) {
        config.requireFalse("use_sliding_window");
        return spec("qwen2", config, new Differences(true, false, false, 0));
    }

    private static ModelSpec spec(String family, ModelConfig config, Differences differences) {
        var hidden = config.positive("hidden_size");
        var vocabulary = config.positive("vocab_size");
        var heads = config.positive("num_attention_heads");
        var headDim = config.positive("head_dim", hidden / heads);
        var epsilon = config.number("rms_norm_eps", 1e-6);
        var builder = new SpecBuilder();
        var body = new ArrayList<Block>();
        for (var layer = 0; layer < config.positive("num_hidden_layers"); layer++) {
            if (layer == 0) {
                builder.embedding(Op.Index.TOKENS, "model.embed_tokens.weight", vocabulary, hidden, null, "x");
            }
            body.add(layer(builder, config, differences, layer, hidden, heads, headDim, epsilon));
        }
        var tied = config.flag("tie_word_embeddings", false);
        var head = builder.norm(NormKind.RMS, "model.norm", epsilon, hidden, "x", "h")
                .head(tied ? "model.embed_tokens.weight" : "lm_head.weight", hidden, vocabulary, "h")
                .block("head", "x", "logits");
        return new ModelSpec(
                family,
                hidden,
                vocabulary,
                config.positive("max_position_embeddings"),
                config.rope(headDim),
                body,
                head,
                builder.weights());
    }

    private static Block layer(
            SpecBuilder builder,
            ModelConfig config,
            Differences differences,
            int layer,
            int hidden,
            int heads,
            int headDim,
            double epsilon) {
        var prefix = "model.layers." + layer + ".";
        var attention = prefix + "self_attn.";
        var mlp = prefix + "mlp.";
        var keyHeads = config.positive("num_key_value_heads", heads);
        var inner = config.positive("intermediate_size");
        var bias = differences.queryBias();
        var kind = config.activation("hidden_act", "silu");
        return builder.norm(NormKind.RMS, prefix + "input_layernorm", epsilon, hidden, "x", "h")
                .linear(attention + "q_proj", bias, hidden, heads * headDim, false, "h", "q")
                .linear(attention + "k_proj", bias, hidden, keyHeads * headDim, false, "h", "k")
                .linear(attention + "v_proj", bias, hidden, keyHeads * headDim, false, "h", "v")
                .add(new Op.Rotary(heads, headDim, "q", "q_rotated"))
                .add(new Op.Rotary(keyHeads, headDim, "k", "k_rotated"))
                .add(new Op.Attention(
                        layer,
                        heads,
                        keyHeads,
                        headDim,
                        1 / Math.sqrt(headDim),
                        true,
                        differences.window(),
                        "q_rotated",
                        "k_rotated",
                        "v",
                        "attended"))
                .linear(attention + "o_proj", differences.outputBias(), heads * headDim, hidden, false, "attended", "o")
                .add(new Op.Add(hidden, "x", "o", "x_attended"))
                .norm(NormKind.RMS, prefix + "post_attention_layernorm", epsilon, hidden, "x_attended", "h_mlp")
                .linear(mlp + "gate_proj", differences.mlpBias(), hidden, inner, false, "h_mlp", "gate")
                .linear(mlp + "up_proj", differences.mlpBias(), hidden, inner, false, "h_mlp", "up")
                .add(new Op.GatedActivation(kind, inner, "gate", "up", "gated"))
                .linear(mlp + "down_proj", differences.mlpBias(), inner, hidden, false, "gated", "down")
                .add(new Op.Add(hidden, "x_attended", "down", "y"))
                .block("model.layers." + layer, layer == 0 ? null : "x", "y");
    }
}
