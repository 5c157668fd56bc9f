package org.filigree.benchmarks;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
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

/**
 * The model both sides run, with random weights, and its batch: the same numbers as {@code SHAPES} in peer.py.
 *
 * @param rows rows of a batch
 * @param length tokens of a row
 */
record LlamaShape(int hidden, int layers, int heads, int intermediate, int vocabulary, int rows, int length) {

    /** A step of it takes a core or two about a second. */
    private static final LlamaShape SMALL = new LlamaShape(512, 8, 8, 1376, 8192, 4, 256);

    /** A billion weights: what fills a GPU. */
    private static final LlamaShape LARGE = new LlamaShape(2048, 16, 16, 5632, 32000, 8, 1024);

    /** @param name {@code small} or {@code large} */
    static LlamaShape of(String name) {
        return switch (name) {
            case "small" -> SMALL;
            case "large" -> LARGE;
            default -> throw new IllegalArgumentException("shape: found " + name + ", wanted small or large");
        };
    }

    int tokens() {
        return rows * length;
    }

    private static final int POSITIONS = 2048;

    private int headDim() {
        return hidden / heads;
    }

    ModelSpec spec() {
        var weights = new ArrayList<WeightSpec>();
        weights.add(new WeightSpec("embed", vocabulary, hidden));
        var body = new ArrayList<Block>();
        for (var layer = 0; layer < layers; layer++) {
            body.add(block(layer, weights));
        }
        weights.add(new WeightSpec("norm", 1, hidden));
        weights.add(new WeightSpec("head", vocabulary, hidden));
        var head = new Block(
                "head",
                "x",
                "logits",
                List.of(
                        new Op.Norm(NormKind.RMS, "norm", null, 1e-5, hidden, "x", "h"),
                        new Op.Linear("head", "head", null, hidden, vocabulary, false, "h", "logits")));
        return new ModelSpec("llama", hidden, vocabulary, POSITIONS, rope(), body, head, weights);
    }

    private Rope rope() {
        var frequencies = new double[headDim() / 2];
        for (var i = 0; i < frequencies.length; i++) {
            frequencies[i] = Math.pow(10_000, -2.0 * i / headDim());
        }
        return new Rope(headDim(), frequencies);
    }

    private Block block(int layer, List<WeightSpec> weights) {
        var prefix = "layers." + layer + ".";
        var ops = new ArrayList<Op>();
        var input = layer == 0 ? null : "x";
        if (layer == 0) {
            ops.add(new Op.Embedding(Op.Index.TOKENS, "embed", vocabulary, hidden, null, "x"));
        }
        ops.add(norm(prefix + "input_norm", "x", "h", weights));
        ops.add(linear(prefix + "q", hidden, hidden, "h", "q", weights));
        ops.add(linear(prefix + "k", hidden, hidden, "h", "k", weights));
        ops.add(linear(prefix + "v", hidden, hidden, "h", "v", weights));
        ops.add(new Op.Rotary(heads, headDim(), "q", "qr"));
        ops.add(new Op.Rotary(heads, headDim(), "k", "kr"));
        ops.add(new Op.Attention(
                layer, heads, heads, headDim(), 1 / Math.sqrt(headDim()), true, 0, "qr", "kr", "v", "a"));
        ops.add(linear(prefix + "o", hidden, hidden, "a", "ao", weights));
        ops.add(new Op.Add(hidden, "x", "ao", "x1"));
        ops.add(norm(prefix + "post_norm", "x1", "h2", weights));
        ops.add(linear(prefix + "gate", hidden, intermediate, "h2", "g", weights));
        ops.add(linear(prefix + "up", hidden, intermediate, "h2", "u", weights));
        ops.add(new Op.GatedActivation(ActivationKind.SILU, intermediate, "g", "u", "m"));
        ops.add(linear(prefix + "down", intermediate, hidden, "m", "d", weights));
        ops.add(new Op.Add(hidden, "x1", "d", "y"));
        return new Block(prefix, input, "y", ops);
    }

    private static Op norm(String weight, String in, String out, List<WeightSpec> weights) {
        weights.add(new WeightSpec(weight, 1, weights.get(0).columns()));
        return new Op.Norm(NormKind.RMS, weight, null, 1e-5, weights.get(0).columns(), in, out);
    }

    private static Op linear(
            String name, int inFeatures, int outFeatures, String in, String out, List<WeightSpec> weights) {
        weights.add(new WeightSpec(name, outFeatures, inFeatures));
        return new Op.Linear(name, name, null, inFeatures, outFeatures, false, in, out);
    }

    /** Random weights of standard deviation about 0.02; norms are 1. */
    Weights weights() {
        var spec = spec();
        return name -> {
            var shape = spec.weights().stream()
                    .filter(w -> w.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no weight " + name));
            var data = ByteBuffer.allocateDirect(Math.toIntExact(shape.elements() * Float.BYTES))
                    .order(ByteOrder.LITTLE_ENDIAN);
            var key = CounterRandom.name(name);
            IntStream.range(0, Math.toIntExact(shape.elements()))
                    .parallel()
                    .forEach(i -> data.putFloat(
                            i * Float.BYTES,
                            shape.rows() == 1 ? 1f : (float) ((CounterRandom.uniform(key, i) - 0.5) * 0.07)));
            return new Weights.Stored(DataType.FLOAT32, shape.rows(), shape.columns(), data);
        };
    }

    /** LoRA of one rank on every linear layer but the head. */
    AdapterPlan lora(int rank) {
        var shapes = new ArrayList<AdapterLayout.Shape>();
        var wraps = new ArrayList<AdapterPlan.Wrap>();
        for (var linear : spec().linears()) {
            if (linear.module().equals("head")) {
                continue;
            }
            var a = linear.module() + ".lora_A.weight";
            var b = linear.module() + ".lora_B.weight";
            shapes.add(new AdapterLayout.Shape(a, rank, linear.inFeatures()));
            shapes.add(new AdapterLayout.Shape(b, linear.outFeatures(), rank));
            wraps.add(new AdapterPlan.Wrap(linear.module(), rank, 2.0 * rank, 2, a, b));
        }
        return new AdapterPlan(AdapterLayout.of(shapes), wraps, List.of(), 0);
    }

    /** Random low-rank factors, both away from zero so that every gradient is worked for. */
    float[] values(AdapterPlan plan) {
        var values = new float[plan.layout().size()];
        var key = CounterRandom.name("adapter");
        for (var i = 0; i < values.length; i++) {
            values[i] = (float) ((CounterRandom.uniform(key, i) - 0.5) * 0.02);
        }
        return values;
    }
}
