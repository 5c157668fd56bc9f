package org.filigree.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.filigree.model.ModelSpec.WeightSpec;

/** Collects ops block by block and the weights they name, each once. */
final class SpecBuilder {

    private final Map<String, WeightSpec> weights = new LinkedHashMap<>();
    private List<Op> ops = new ArrayList<>();

    SpecBuilder add(Op op) {
        ops.add(op);
        return this;
    }

    SpecBuilder embedding(Op.Index index, String weight, int entries, int width, String addTo, String out) {
        weight(weight, entries, width);
        return add(new Op.Embedding(index, weight, entries, width, addTo, out));
    }

    SpecBuilder norm(Op.NormKind kind, String module, double epsilon, int width, String in, String out) {
        weight(module + ".weight", 1, width);
        var bias = kind == Op.NormKind.LAYER ? module + ".bias" : null;
        if (bias != null) {
            weight(bias, 1, width);
        }
        return add(new Op.Norm(kind, module + ".weight", bias, epsilon, width, in, out));
    }

    SpecBuilder linear(
            String module, boolean bias, int inFeatures, int outFeatures, boolean inputMajor, String in, String out) {
        weight(module + ".weight", inputMajor ? inFeatures : outFeatures, inputMajor ? outFeatures : inFeatures);
        if (bias) {
            weight(module + ".bias", 1, outFeatures);
        }
        return add(new Op.Linear(
                module,
                module + ".weight",
                bias ? module + ".bias" : null,
                inFeatures,
                outFeatures,
                inputMajor,
                in,
                out));
    }

    /** The output embedding, which reads {@code weight}: its own or the tied input embedding's. */
    SpecBuilder head(String weight, int width, int vocabulary, String in) {
        weight(weight, vocabulary, width);
        return add(new Op.Linear("lm_head", weight, null, width, vocabulary, false, in, "logits"));
    }

    private void weight(String name, int rows, int columns) {
        weights.putIfAbsent(name, new WeightSpec(name, rows, columns));
    }

    Block block(String name, String input, String output) {
        var block = new Block(name, input, output, ops);
        ops = new ArrayList<>();
        return block;
    }

    List<WeightSpec> weights() {
        return List.copyOf(weights.values());
    }
}
