package org.filigree.lora;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.filigree.model.ModelSpec;
import org.filigree.model.Op;

/** Which linear layers an adapter wraps, by PEFT's rules (0.20): excluded modules win, then targets, then layers. */
final class TargetModules {

    private static final String OUTPUT_EMBEDDING = "lm_head";
    private static final String DEFAULT_LAYERS = ".*\\.(layers|h)";

    private TargetModules() {}

    static List<Op.Linear> matching(ModelSpec spec, LoraConfig config) {
        var matched = spec.linears().stream()
                .filter(linear -> config.excludeModules() == null || !matches(config.excludeModules(), linear.module()))
                .filter(linear -> matches(config.targetModules(), linear.module()))
                .filter(linear -> inLayers(config, linear.module()))
                .toList();
        if (matched.isEmpty()) {
            throw new IllegalArgumentException("target_modules %s match no linear layer of this %s; there are %s"
                    .formatted(describe(config.targetModules()), spec.family(), kinds(spec)));
        }
        return matched;
    }

    private static boolean matches(LoraConfig.Modules modules, String module) {
        if (modules instanceof LoraConfig.Modules.Names names) {
            return names.names().stream().anyMatch(name -> module.equals(name) || module.endsWith("." + name));
        }
        if (modules instanceof LoraConfig.Modules.Pattern pattern) {
            return Pattern.matches(pattern.regex(), module);
        }
        return !module.equals(OUTPUT_EMBEDDING);
    }

    /** {@code layers_to_transform} goes by the number after the list of layers' name. */
    private static boolean inLayers(LoraConfig config, String module) {
        if (config.layersToTransform() == null) {
            return true;
        }
        var names = config.layersPattern() == null || config.layersPattern().isEmpty()
                ? DEFAULT_LAYERS
                : config.layersPattern().stream().collect(Collectors.joining("|", ".*\\.(", ")"));
        var layer = Pattern.compile(names + "\\.(?<layer>\\d+)\\..*").matcher(module);
        return layer.matches() && config.layersToTransform().contains(Integer.parseInt(layer.group("layer")));
    }

    private static String describe(LoraConfig.Modules modules) {
        if (modules instanceof LoraConfig.Modules.Names names) {
            return names.names().toString();
        }
        return modules instanceof LoraConfig.Modules.Pattern pattern ? "'" + pattern.regex() + "'" : "all-linear";
    }

    private static String kinds(ModelSpec spec) {
        return spec.linears().stream()
                .map(linear -> linear.module().substring(linear.module().lastIndexOf('.') + 1))
                .distinct()
                .collect(Collectors.joining(", "));
    }
}
