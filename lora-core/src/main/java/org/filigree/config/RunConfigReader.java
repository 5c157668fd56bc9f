package org.filigree.config;

import java.util.List;
import java.util.Map;
import org.filigree.config.Located.Mapping;
import org.filigree.config.Located.Place;

/**
 * A run's configuration from YAML, strictly: unknown fields, duplicate keys, values out of range and settings without
 * effect are mistakes, and all mistakes of a file are reported at once. Relative paths stay as given: they are relative to
 * the working directory, not to the file.
 *
 * <p>Left out, a field takes its default: PEFT's under {@code adapter} (but {@code target_modules: all-linear}),
 * transformers' under {@code training}. {@code averaging} is exact data parallelism over two workers
 * ({@code exchange: gradients}). One row in a hundred may be bad ({@code data.max_rejects: 0.01}). {@link RunConfigWriter}
 * shows what all of them came to, {@link RunConfigSchema} documents them.
 */
public final class RunConfigReader {

    private RunConfigReader() {}

    /**
     * Reads a configuration.
     *
     * @param fileName what messages call it
     * @param sets fields given on the command line, {@code training.learning_rate=1e-4}; values are YAML, items of lists go
     *     by index ({@code data.train.0.path=x.jsonl}; the index after the last appends)
     * @param environment for {@code ${NAME}} and {@code ${NAME:-default}} in values; a second dollar before it
     *     keeps it as text
     * @throws FiligreeException with CONFIGURATION: a line for each mistake, in the order of the file
     */
    public static RunConfig read(String fileName, String yaml, List<String> sets, Map<String, String> environment) {
        var problems = new Problems();
        var tree = LocatedYaml.parse(fileName, yaml, problems);
        if (tree == null) {
            problems.throwIfAny();
        }
        var root = mapping(fileName, tree, problems);
        if (root == null) {
            problems.throwIfAny();
        }
        var overridden = Overrides.apply(root, sets, problems);
        var resolved = new Environment(environment, problems).resolve("", overridden);
        var config = RunConfigFields.ROOT.read(new Spot("", resolved, problems));
        problems.throwIfAny();
        return config;
    }

    /** An empty file may get all its fields from the command line. */
    private static Mapping mapping(String fileName, Located tree, Problems problems) {
        if (tree instanceof Mapping mapping) {
            return mapping;
        }
        if (tree instanceof Located.Scalar scalar && scalar.isNull()) {
            return Mapping.empty(new Place(fileName, 1));
        }
        problems.add(tree.place(), "found %s, wanted %s".formatted(tree.found(), RunConfigFields.ROOT.wanted()));
        return null;
    }
}
