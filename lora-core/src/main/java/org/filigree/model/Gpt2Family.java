package org.filigree.model;

import java.util.ArrayList;
import java.util.List;
import org.filigree.model.Op.NormKind;

/** GPT-2: learned positions, layer norm, weights stored {@code [in, out]}, query, key and value in one product. */
final class Gpt2Family {

    private Gpt2Family() {}

    static ModelSpec gpt2(ModelConfig config) {
        config.requireFalse("scale_attn_by_inverse_layer_idx");
        config.requireFalse("reorder_and_upcast_attn");
        config.requireFalse("add_cross_attention");
        var width = config.positive("n_embd");
        var vocabulary = config.positive("vocab_size");
        var positions = config.positive("n_positions");
        var builder = new SpecBuilder();
        var body = new ArrayList<Block>();
        for (var layer = 0; layer < config.positive("n_layer"); layer++) {
            if (layer == 0) {
                builder.embedding(Op.Index.TOKENS, "transformer.wte.weight", vocabulary, width, null, "tokens")
                        .embedding(Op.Index.POSITIONS, "transformer.wpe.weight", positions, width, "tokens", "x");
            }
            body.add(layer(builder, config, layer, width));
        }
        var tied = config.flag("tie_word_embeddings", true);
        var head = builder.norm(NormKind.LAYER, "transformer.ln_f", epsilon(config), width, "x", "h")
                .head(tied ? "transformer.wte.weight" : "lm_head.weight", width, vocabulary, "h")
                .block("head", "x", "logits");
        return new ModelSpec("gpt2", width, vocabulary, positions, null, body, head, builder.weights());
    }

    private static double epsilon(ModelConfig config) {
        return config.number("layer_norm_epsilon", 1e-5);
    }

    private static Block layer(SpecBuilder builder, ModelConfig config, int layer, int width) {
        var prefix = "transformer.h." + layer + ".";
        var heads = config.positive("n_head");
        var headDim = width / heads;
        var inner = config.positive("n_inner", 4 * width);
        var scale = config.flag("scale_attn_weights", true) ? 1 / Math.sqrt(headDim) : 1;
        return builder.norm(NormKind.LAYER, prefix + "ln_1", epsilon(config), width, "x", "h")
                .linear(prefix + "attn.c_attn", true, width, 3 * width, true, "h", "qkv")
                .add(new Op.Split("qkv", List.of("q", "k", "v"), List.of(width, width, width)))
                .add(new Op.Attention(layer, heads, heads, headDim, scale, true, 0, "q", "k", "v", "attended"))
                .linear(prefix + "attn.c_proj", true, width, width, true, "attended", "o")
                .add(new Op.Add(width, "x", "o", "x_attended"))
                .norm(NormKind.LAYER, prefix + "ln_2", epsilon(config), width, "x_attended", "h_mlp")
                .linear(prefix + "mlp.c_fc", true, width, inner, true, "h_mlp", "up")
                .add(new Op.Activation(config.activation("activation_function", "gelu_new"), inner, "up", "activated"))
                .linear(prefix + "mlp.c_proj", true, inner, width, true, "activated", "down")
                .add(new Op.Add(width, "x_attended", "down", "y"))
                .block("transformer.h." + layer, layer == 0 ? null : "x", "y");
    }
}
