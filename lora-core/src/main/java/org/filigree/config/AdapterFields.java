package org.filigree.config;

import static org.filigree.config.ContainerTypes.mapTo;
import static org.filigree.config.ContainerTypes.oneOrListOf;
import static org.filigree.config.NumberTypes.fraction;
import static org.filigree.config.NumberTypes.integer;
import static org.filigree.config.NumberTypes.positive;
import static org.filigree.config.ScalarTypes.choice;
import static org.filigree.config.ScalarTypes.flag;
import static org.filigree.config.ScalarTypes.folderName;
import static org.filigree.config.ScalarTypes.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.filigree.config.RunConfig.Adapter;
import org.filigree.config.RunConfig.Method;
import org.filigree.config.Section.Values;
import org.filigree.lora.LoraConfig;
import org.filigree.lora.LoraConfig.Modules;

/**
 * The {@code adapter} section: PEFT's LoraConfig under PEFT's names, with PEFT's defaults. One differs: PEFT's
 * {@code target_modules} depends on the architecture, ours is {@code all-linear}.
 */
final class AdapterFields {

    private AdapterFields() {}

    private static final Field<Adapter, String> NAME = Field.derived(
            "name",
            folderName(),
            Adapter::name,
            "The adapter's folder, the run's id where left out; first values and dropout are drawn by it and the seed.");
    private static final Field<Adapter, Method> METHOD = Field.optional(
            "method", choice(Method.class), Method.LORA, Adapter::method, "full trains every weight of the base.");
    private static final Field<Adapter, String> INIT_FROM = Field.<Adapter, String>optional(
                    "init_from",
                    text("a PEFT folder"),
                    null,
                    Adapter::initFrom,
                    "A PEFT folder whose values to start from.")
            .writtenWhen(adapter -> adapter.method() == Method.LORA);

    private static final Field<Adapter, Integer> R = lora("r", integer(1), 8, LoraConfig::r, "Rank.");
    private static final Field<Adapter, Double> LORA_ALPHA = lora(
            "lora_alpha", positive(), 8.0, LoraConfig::loraAlpha, "The product of the factors is scaled by alpha / r.");
    private static final Field<Adapter, Double> LORA_DROPOUT = lora(
            "lora_dropout",
            fraction(),
            0.0,
            LoraConfig::loraDropout,
            "Probability of dropping an input of the factors.");
    private static final Field<Adapter, Modules> TARGET_MODULES = lora(
            "target_modules",
            new ModulesType(),
            new Modules.AllLinear(),
            LoraConfig::targetModules,
            "Linear layers to adapt: names or ends of names, a regular expression, or all-linear.");
    private static final Field<Adapter, Modules> EXCLUDE_MODULES = lora(
            "exclude_modules", new ModulesType(), null, LoraConfig::excludeModules, "Layers left out of the targets.");
    private static final Field<Adapter, List<Integer>> LAYERS_TO_TRANSFORM = lora(
            "layers_to_transform",
            oneOrListOf(integer(0)),
            null,
            LoraConfig::layersToTransform,
            "Indices of the blocks to adapt; null for all.");
    private static final Field<Adapter, List<String>> LAYERS_PATTERN = lora(
            "layers_pattern",
            oneOrListOf(text("a name of the list of blocks")),
            null,
            LoraConfig::layersPattern,
            "Names of the list of blocks; null recognises it.");
    private static final Field<Adapter, Map<String, Integer>> RANK_PATTERN = lora(
            "rank_pattern",
            mapTo("a mapping of patterns to ranks", integer(1)),
            Map.of(),
            LoraConfig::rankPattern,
            "Module pattern to rank; the first that matches counts.");
    private static final Field<Adapter, Map<String, Double>> ALPHA_PATTERN = lora(
            "alpha_pattern",
            mapTo("a mapping of patterns to alphas", positive()),
            Map.of(),
            LoraConfig::alphaPattern,
            "Module pattern to alpha; the first that matches counts.");
    private static final Field<Adapter, Boolean> USE_RSLORA =
            lora("use_rslora", flag(), false, LoraConfig::useRslora, "Scale by alpha / sqrt(r).");

    private static final List<Field<Adapter, ?>> OF_LORA = Stream.concat(
                    Stream.of(
                            R,
                            LORA_ALPHA,
                            LORA_DROPOUT,
                            TARGET_MODULES,
                            EXCLUDE_MODULES,
                            LAYERS_TO_TRANSFORM,
                            LAYERS_PATTERN,
                            RANK_PATTERN,
                            ALPHA_PATTERN,
                            USE_RSLORA,
                            INIT_FROM),
                    PeftSwitchType.fields().stream())
            .toList();

    static final Section<Adapter> SECTION = new Section<>(
            Stream.concat(Stream.of(NAME, METHOD), OF_LORA.stream()).toList(), AdapterFields::adapter, rules());

    private static <T> Field<Adapter, T> lora(
            String name, Type<T> type, T otherwise, Function<LoraConfig, T> of, String description) {
        return Field.<Adapter, T>optional(name, type, otherwise, adapter -> of.apply(adapter.lora()), description)
                .writtenWhen(adapter -> adapter.method() == Method.LORA);
    }

    private static Adapter adapter(Values<Adapter> values) {
        var lora = values.get(METHOD) == Method.FULL
                ? null
                : new LoraConfig(
                        values.get(R),
                        values.get(LORA_ALPHA),
                        values.get(LORA_DROPOUT),
                        values.get(TARGET_MODULES),
                        values.get(EXCLUDE_MODULES),
                        values.get(LAYERS_TO_TRANSFORM),
                        values.get(LAYERS_PATTERN),
                        values.get(RANK_PATTERN),
                        values.get(ALPHA_PATTERN),
                        values.get(USE_RSLORA));
        return new Adapter(values.get(NAME), values.get(METHOD), lora, values.get(INIT_FROM));
    }

    private static List<Rule<Adapter>> rules() {
        var rules = new ArrayList<Rule<Adapter>>();
        for (var field : OF_LORA) {
            rules.add(new Rule<>(
                    field.name(),
                    List.of("method"),
                    (adapter, written) -> adapter.method() == Method.FULL
                            && written.at(field.name())
                                    .filter(node -> !(node instanceof Located.Scalar scalar && scalar.isNull()))
                                    .isPresent(),
                    adapter -> "without effect when method is full: leave it out"));
        }
        rules.add(new Rule<>(
                "exclude_modules",
                List.of("method"),
                (adapter, written) ->
                        adapter.lora() != null && adapter.lora().excludeModules() instanceof Modules.AllLinear,
                adapter -> "found all-linear, which leaves nothing; wanted a list of names or a regular expression"));
        rules.add(new Rule<>(
                "layers_pattern",
                List.of("method", "layers_to_transform"),
                (adapter, written) -> adapter.lora() != null
                        && adapter.lora().layersPattern() != null
                        && adapter.lora().layersToTransform() == null,
                adapter -> "without effect, as there is no layers_to_transform: leave it out"));
        rules.add(new Rule<>(
                "layers_to_transform",
                List.of("method", "target_modules"),
                (adapter, written) -> adapter.lora() != null
                        && adapter.lora().layersToTransform() != null
                        && adapter.lora().targetModules() instanceof Modules.Pattern,
                adapter -> "PEFT takes none beside a regular expression as target_modules; name the layers in that"));
        rules.add(patterns(RANK_PATTERN.name(), LoraConfig::rankPattern));
        rules.add(patterns(ALPHA_PATTERN.name(), LoraConfig::alphaPattern));
        return rules;
    }

    private static Rule<Adapter> patterns(String field, Function<LoraConfig, Map<String, ?>> of) {
        return new Rule<>(
                field,
                List.of("method"),
                (adapter, written) -> adapter.lora() != null
                        && !faults(of.apply(adapter.lora())).isEmpty(),
                adapter -> "found %s, wanted regular expressions"
                        .formatted(String.join(", ", faults(of.apply(adapter.lora())))));
    }

    private static List<String> faults(Map<String, ?> patterns) {
        return patterns.keySet().stream()
                .filter(pattern -> Objects.nonNull(ModulesType.fault(pattern)))
                .toList();
    }
}
