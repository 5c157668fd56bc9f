package org.filigree.engine.kit;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.filigree.lora.AdapterLayout;
import org.filigree.lora.AdapterPlan;
import org.filigree.lora.CounterRandom;
import org.filigree.model.ActivationKind;
import org.filigree.model.Block;
import org.filigree.model.DataType;
import org.filigree.model.ModelSpec;
import org.filigree.model.ModelSpec.WeightSpec;
import org.filigree.model.Op;
import org.filigree.model.Op.NormKind;
import org.filigree.model.Rope;
import org.filigree.model.Weights;

/** Two-layer models with random weights that use every op between them. */
public enum TinyModel {
    /** Rotary positions, grouped keys, a sliding window, RMS norm, gated activation, untied head. */
    LLAMA,
    /** Learned positions, one product for query, key and value, layer norm with biases, tied head. */
    GPT2;

    static final int VOCABULARY = 23;
    private static final int HIDDEN = 12;
    private static final int WIDE = 20;
    private static final int POSITIONS = 64;
    private static final int HEAD = 4;

    ModelSpec spec() {
        var weights = new ArrayList<WeightSpec>();
        weights.add(new WeightSpec("wte", VOCABULARY, HIDDEN));
        if (this == GPT2) {
            weights.add(new WeightSpec("wpe", POSITIONS, HIDDEN));
        }
        var body = List.of(block(0, weights), block(1, weights));
        var head = new ArrayList<Op>();
        norm("ln_f", "x", "h", head, weights);
        var tied = this == GPT2;
        if (!tied) {
            weights.add(new WeightSpec("lm_head", VOCABULARY, HIDDEN));
        }
        head.add(new Op.Linear("lm_head", tied ? "wte" : "lm_head", null, HIDDEN, VOCABULARY, false, "h", "logits"));
        var rope = tied ? null : new Rope(HEAD, new double[] {1, 0.1});
        return new ModelSpec(
                tied ? "gpt2" : "llama",
                HIDDEN,
                VOCABULARY,
                POSITIONS,
                rope,
                body,
                new Block("head", "x", "logits", head),
                weights);
    }

    private Block block(int layer, List<WeightSpec> weights) {
        var at = "layers." + layer + ".";
        var ops = new ArrayList<Op>();
        if (layer == 0) {
            var tokens = this == GPT2 ? "e" : "x";
            ops.add(new Op.Embedding(Op.Index.TOKENS, "wte", VOCABULARY, HIDDEN, null, tokens));
            if (this == GPT2) {
                ops.add(new Op.Embedding(Op.Index.POSITIONS, "wpe", POSITIONS, HIDDEN, "e", "x"));
            }
        }
        norm(at + "ln_1", "x", "h", ops, weights);
        var scale = 1 / Math.sqrt(HEAD);
        if (this == GPT2) {
            linear(at + "c_attn", HIDDEN, 3 * HIDDEN, "h", "qkv", ops, weights);
            ops.add(new Op.Split("qkv", List.of("q", "k", "v"), List.of(HIDDEN, HIDDEN, HIDDEN)));
            ops.add(new Op.Attention(layer, 3, 3, HEAD, scale, true, 0, "q", "k", "v", "a"));
        } else {
            linear(at + "q", HIDDEN, 4 * HEAD, "h", "q", ops, weights);
            linear(at + "k", HIDDEN, 2 * HEAD, "h", "k", ops, weights);
            linear(at + "v", HIDDEN, 2 * HEAD, "h", "v", ops, weights);
            ops.add(new Op.Rotary(4, HEAD, "q", "qr"));
            ops.add(new Op.Rotary(2, HEAD, "k", "kr"));
            ops.add(new Op.Attention(layer, 4, 2, HEAD, scale, true, layer == 0 ? 0 : 3, "qr", "kr", "v", "a"));
        }
        linear(at + "o", this == GPT2 ? HIDDEN : 4 * HEAD, HIDDEN, "a", "ao", ops, weights);
        ops.add(new Op.Add(HIDDEN, "x", "ao", "x1"));
        norm(at + "ln_2", "x1", "h2", ops, weights);
        linear(at + "up", HIDDEN, WIDE, "h2", "u", ops, weights);
        if (this == GPT2) {
            ops.add(new Op.Activation(ActivationKind.GELU_TANH, WIDE, "u", "m"));
        } else {
            linear(at + "gate", HIDDEN, WIDE, "h2", "g", ops, weights);
            ops.add(new Op.GatedActivation(ActivationKind.SILU, WIDE, "g", "u", "m"));
        }
        linear(at + "down", WIDE, HIDDEN, "m", "d", ops, weights);
        ops.add(new Op.Add(HIDDEN, "x1", "d", "y"));
        return new Block(at, layer == 0 ? null : "x", "y", ops);
    }

    private void norm(String name, String in, String out, List<Op> ops, List<WeightSpec> weights) {
        weights.add(new WeightSpec(name, 1, HIDDEN));
        if (this == GPT2) {
            weights.add(new WeightSpec(name + ".bias", 1, HIDDEN));
            ops.add(new Op.Norm(NormKind.LAYER, name, name + ".bias", 1e-5, HIDDEN, in, out));
        } else {
            ops.add(new Op.Norm(NormKind.RMS, name, null, 1e-5, HIDDEN, in, out));
        }
    }

    /** GPT-2's products are stored input-major and have biases. */
    private void linear(
            String name, int wide, int narrow, String in, String out, List<Op> ops, List<WeightSpec> weights) {
        var inputMajor = this == GPT2;
        weights.add(inputMajor ? new WeightSpec(name, wide, narrow) : new WeightSpec(name, narrow, wide));
        if (inputMajor) {
            weights.add(new WeightSpec(name + ".bias", 1, narrow));
        }
        ops.add(new Op.Linear(name, name, inputMajor ? name + ".bias" : null, wide, narrow, inputMajor, in, out));
    }

    /** Random weights, exact in float32. */
    Weights weights() {
        var specs = spec().weights();
        return name -> {
            var shape = specs.stream()
                    .filter(w -> w.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no weight " + name));
            var values = uniform(CounterRandom.name(name), Math.toIntExact(shape.elements()));
            var data = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (var value : values) {
                data.putFloat(value + (shape.rows() == 1 && !name.endsWith("bias") ? 1 : 0));
            }
            return new Weights.Stored(DataType.FLOAT32, shape.rows(), shape.columns(), data.flip());
        };
    }

    /** LoRA on every linear layer, the head too; ranks differ by layer. */
    AdapterPlan lora(int rank, double dropout) {
        var shapes = new ArrayList<AdapterLayout.Shape>();
        var wraps = new ArrayList<AdapterPlan.Wrap>();
        for (var linear : spec().linears()) {
            var own = linear.module().startsWith("layers.1") ? rank + 1 : rank;
            var a = linear.module() + ".lora_A.weight";
            var b = linear.module() + ".lora_B.weight";
            shapes.add(new AdapterLayout.Shape(a, own, linear.inFeatures()));
            shapes.add(new AdapterLayout.Shape(b, linear.outFeatures(), own));
            wraps.add(new AdapterPlan.Wrap(linear.module(), own, 2.0 * own, 2, a, b));
        }
        return new AdapterPlan(AdapterLayout.of(shapes), wraps, List.of(), dropout);
    }

    /** Every weight trained in place. */
    AdapterPlan full() {
        var shapes = spec().weights().stream()
                .map(w -> new AdapterLayout.Shape(w.name(), w.rows(), w.columns()))
                .toList();
        return new AdapterPlan(
                AdapterLayout.of(shapes),
                List.of(),
                shapes.stream().map(AdapterLayout.Shape::name).toList(),
                0);
    }

    /** Values away from zero, so that every gradient is worked for; for full training the base's own. */
    float[] values(AdapterPlan plan, long seed) {
        if (plan.weights().isEmpty()) {
            return uniform(CounterRandom.key(seed), plan.layout().size());
        }
        var values = new float[plan.layout().size()];
        for (var tensor : plan.layout().tensors()) {
            weights().read(tensor.name()).data().asFloatBuffer().get(values, tensor.offset(), tensor.elements());
        }
        return values;
    }

    /** Multiples of 2^-12 in [-0.5, 0.5): exact as floats, and so are small steps from them. */
    private static float[] uniform(long key, int count) {
        var values = new float[count];
        for (var i = 0; i < count; i++) {
            values[i] = CounterRandom.below(key, i, 4096) / 4096f - 0.5f;
        }
        return values;
    }
}
