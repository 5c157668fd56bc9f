package org.filigree.trainer.round;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.filigree.engine.Base;
import org.filigree.engine.Kernels;
import org.filigree.engine.kit.PlainEngine;
import org.filigree.lora.AdapterLayout;
import org.filigree.lora.AdapterPlan;
import org.filigree.lora.CounterRandom;
import org.filigree.model.Block;
import org.filigree.model.DataType;
import org.filigree.model.ModelSpec;
import org.filigree.model.Op;
import org.filigree.model.Weights;

/** A model of one linear layer between embedding and head, on the plain engine. */
record TinyInput(double dropout, boolean huge) implements TinyRows {

    private static final int WIDTH = 6;

    @Override
    public String baseFingerprint() {
        return "tiny " + dropout + huge;
    }

    @Override
    public Base load() {
        return load(new PlainEngine().open("cpu", DataType.FLOAT64, 1));
    }

    Base load(Kernels kernels) {
        var body = new Block(
                "body",
                null,
                "y",
                List.of(
                        new Op.Embedding(Op.Index.TOKENS, "embed", VOCABULARY, WIDTH, null, "x"),
                        new Op.Linear("mix", "mix", null, WIDTH, WIDTH, false, "x", "m"),
                        new Op.Add(WIDTH, "x", "m", "y")));
        var head = new Block(
                "head",
                "y",
                "logits",
                List.of(new Op.Linear("out", "out", null, WIDTH, VOCABULARY, false, "y", "logits")));
        var weights = List.of(
                new ModelSpec.WeightSpec("embed", VOCABULARY, WIDTH),
                new ModelSpec.WeightSpec("mix", WIDTH, WIDTH),
                new ModelSpec.WeightSpec("out", VOCABULARY, WIDTH));
        var spec = new ModelSpec("tiny", WIDTH, VOCABULARY, 64, null, List.of(body), head, weights);
        return Base.load(kernels, spec, name -> stored(spec, name));
    }

    private Weights.Stored stored(ModelSpec spec, String name) {
        var shape = spec.weights().stream()
                .filter(w -> w.name().equals(name))
                .findFirst()
                .orElseThrow();
        var data = ByteBuffer.allocate((int) shape.elements() * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (var i = 0; i < shape.elements(); i++) {
            data.putFloat(huge ? Float.NaN : (float) (CounterRandom.uniform(CounterRandom.name(name), i) - 0.5));
        }
        return new Weights.Stored(DataType.FLOAT32, shape.rows(), shape.columns(), data.flip());
    }

    @Override
    public AdapterPlan plan(ModelSpec spec) {
        return plan();
    }

    private AdapterPlan plan() {
        var layout = AdapterLayout.of(
                List.of(new AdapterLayout.Shape("a", 2, WIDTH), new AdapterLayout.Shape("b", WIDTH, 2)));
        return new AdapterPlan(layout, List.of(new AdapterPlan.Wrap("mix", 2, 4, 2, "a", "b")), List.of(), dropout);
    }

    float[] start() {
        var values = new float[plan().layout().size()];
        for (var i = 0; i < values.length; i++) {
            values[i] = (float) (CounterRandom.uniform(7, i) - 0.5);
        }
        return values;
    }
}
