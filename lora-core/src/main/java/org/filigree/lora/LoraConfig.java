package org.filigree.lora;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * PEFT's LoraConfig, by its own names; null means PEFT's default.
 *
 * @param targetModules one entry that is {@code all-linear}, one regular expression, or a list of suffixes
 * @param excludeModules as targetModules; wins over it
 * @param layersToTransform indices of layers, or null for all
 * @param layersPattern names of the list of layers ({@code layers}, {@code h}), or null to recognise it
 * @param rankPattern module pattern -> rank; matched as PEFT does: {@code (.*\.)?(PATTERN)$}
 * @param alphaPattern module pattern -> alpha, looked up apart from the rank
 */
public record LoraConfig(
        int r,
        double loraAlpha,
        double loraDropout,
        Modules targetModules,
        Modules excludeModules,
        List<Integer> layersToTransform,
        List<String> layersPattern,
        Map<String, Integer> rankPattern,
        Map<String, Double> alphaPattern,
        boolean useRslora)
        implements Serializable {

    /** How modules are named: a list of names or suffixes, or one string (a full-match regular expression, {@code all-linear}). */
    public sealed interface Modules extends Serializable {
        record Names(List<String> names) implements Modules {
            public Names {
                names = List.copyOf(names);
            }
        }

        record Pattern(String regex) implements Modules {}

        record AllLinear() implements Modules {}
    }
}
