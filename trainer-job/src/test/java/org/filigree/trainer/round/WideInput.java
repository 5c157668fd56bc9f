package org.filigree.trainer.round;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.filigree.engine.Base;
import org.filigree.engine.kit.PlainEngine;
import org.filigree.lora.AdapterLayout;
import org.filigree.lora.AdapterPlan;
import org.filigree.lora.CounterRandom;
import org.filigree.model.Block;
import org.filigree.model.DataType;
import org.filigree.model.ModelSpec;
import org.filigree.model.Op;
import org.filigree.model.Weights;

/** A model of wide linear layers in a row, with an adapter of a million values, and the rows of {@link TinyRows}. */
record WideInput() implements TinyRows {

    private static final int LAYERS = 16;
    private static final int WIDTH = 256;
    private static final int RANK = 128;

    @Override
    public String baseFingerprint() {
        return "wide";
    }

    @Override
    public Base load() {
        var ops = new ArrayList<Op>();
        ops.add(new Op.Embedding(Op.Index.TOKENS, "embed", VOCABULARY, WIDTH, null, "x0"));
        var weights = new ArrayList<ModelSpec.WeightSpec>();
        weights.add(new ModelSpec.WeightSpec("embed", VOCABULARY, WIDTH));
        for (var i = 0; i < LAYERS; i++) {
            ops.add(new Op.Linear(layer(i), layer(i), null, WIDTH, WIDTH, false, "x" + i, "m" + i));
            ops.add(new Op.Add(WIDTH, "x" + i, "m" + i, "x" + (i + 1)));
            weights.add(new ModelSpec.WeightSpec(layer(i), WIDTH, WIDTH));
        }
        weights.add(new ModelSpec.WeightSpec("out", VOCABULARY, WIDTH));
        var head = new Block(
                "head",
                "x" + LAYERS,
                "logits",
                List.of(new Op.Linear("out", "out", null, WIDTH, VOCABULARY, false, "x" + LAYERS, "logits")));
        var body = new Block("body", null, "x" + LAYERS, ops);
        var spec = new ModelSpec("wide", WIDTH, VOCABULARY, 64, null, List.of(body), head, weights);
        return Base.load(new PlainEngine().open("cpu", DataType.FLOAT64, 1), spec, name -> stored(weights, name));
    }

    private static String layer(int number) {
        return "layer%02d".formatted(number);
    }

    private static Weights.Stored stored(List<ModelSpec.WeightSpec> weights, String name) {
        var shape = weights.stream()
                .filter(weight -> weight.name().equals(name))
                .findFirst()
                .orElseThrow();
        var data = ByteBuffer.allocate((int) shape.elements() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (var i = 0; i < shape.elements(); i++) {
            data.putFloat(value(name, i));
        }
        return new Weights.Stored(DataType.FLOAT32, shape.rows(), shape.columns(), data.flip());
    }

    /** Of a weight or of the adapter: sums over a row stay about as large as what they are made of. */
    private static float value(String name, int index) {
        return (float) ((CounterRandom.uniform(CounterRandom.name(name), index) - 0.5) / Math.sqrt(WIDTH));
    }

    @Override
    public AdapterPlan plan(ModelSpec spec) {
        var shapes = IntStream.range(0, LAYERS)
                .boxed()
                .<AdapterLayout.Shape>mapMulti((i, shape) -> {
                    shape.accept(new AdapterLayout.Shape(layer(i) + ".a", RANK, WIDTH));
                    shape.accept(new AdapterLayout.Shape(layer(i) + ".b", WIDTH, RANK));
                })
                .toList();
        var wraps = IntStream.range(0, LAYERS)
                .mapToObj(i -> new AdapterPlan.Wrap(layer(i), RANK, RANK, 1, layer(i) + ".a", layer(i) + ".b"))
                .toList();
        return new AdapterPlan(AdapterLayout.of(shapes), wraps, List.of(), 0);
    }

    /** No factor is zero, as after some training: every gradient then is a number of its own. */
    float[] start() {
        var values = new float[plan(null).layout().size()];
        for (var i = 0; i < values.length; i++) {
            values[i] = value("adapter", i);
        }
        return values;
    }
}
