package org.filigree.lora;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.filigree.model.ModelSpec;

/** Resolves a configuration against a model: which layers, which ranks, which tensors. */
public final class AdapterPlanner {

    private AdapterPlanner() {}

    /**
     * @param config null to train every weight in place
     * @throws IllegalArgumentException in one line when nothing matches or a rank is not positive
     */
    public static AdapterPlan plan(ModelSpec spec, LoraConfig config) {
        return config == null ? full(spec) : lowRank(spec, config);
    }

    private static AdapterPlan lowRank(ModelSpec spec, LoraConfig config) {
        var shapes = new ArrayList<AdapterLayout.Shape>();
        var wraps = new ArrayList<AdapterPlan.Wrap>();
        for (var linear : TargetModules.matching(spec, config)) {
            var rank = lookUp(config.rankPattern(), linear.module(), config.r());
            if (rank <= 0) {
                throw new IllegalArgumentException(
                        "rank of %s is %d, wanted a positive one".formatted(linear.module(), rank));
            }
            var a = linear.module() + ".lora_A.weight";
            var b = linear.module() + ".lora_B.weight";
            shapes.add(new AdapterLayout.Shape(a, rank, linear.inFeatures()));
            shapes.add(new AdapterLayout.Shape(b, linear.outFeatures(), rank));
            var alpha = alpha(config, linear.module());
            wraps.add(new AdapterPlan.Wrap(linear.module(), rank, alpha, scale(config, linear.module(), rank), a, b));
        }
        return new AdapterPlan(AdapterLayout.of(shapes), wraps, List.of(), config.loraDropout());
    }

    private static double alpha(LoraConfig config, String module) {
        return lookUp(config.alphaPattern(), module, config.loraAlpha());
    }

    /** What a module's low-rank part of that rank is multiplied by. */
    public static double scale(LoraConfig config, String module, int rank) {
        var alpha = alpha(config, module);
        return config.useRslora() ? alpha / Math.sqrt(rank) : alpha / rank;
    }

    /** Every weight trainable, in place. */
    private static AdapterPlan full(ModelSpec spec) {
        var shapes = spec.weights().stream()
                .map(weight -> new AdapterLayout.Shape(weight.name(), weight.rows(), weight.columns()))
                .toList();
        var names = spec.weights().stream().map(ModelSpec.WeightSpec::name).toList();
        return new AdapterPlan(AdapterLayout.of(shapes), List.of(), names, 0);
    }

    /** The first pattern that ends the module's name, as PEFT looks ranks and alphas up. */
    private static <T> T lookUp(Map<String, T> patterns, String module, T otherwise) {
        return patterns.entrySet().stream()
                .filter(entry -> Pattern.matches("(.*\\.)?(" + entry.getKey() + ")", module))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(otherwise);
    }
}
