package org.filigree.config;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What of a run's configuration is not as it was when the run began. A field may change where every round already made
 * would have been the same: when to evaluate and to save, when to stop early, where the folders lie. Which those are
 * stands with the fields' definitions.
 */
public final class RunConfigChanges {

    /**
     * A field that differs.
     *
     * @param field its path, {@code checkpoint.keep}
     * @param then its value when the run began, as run.yaml has it; {@code nothing} where it had no effect
     * @param allowed whether the run may go on with the new value
     */
    public record Change(String field, String then, String now, boolean allowed) {}

    private RunConfigChanges() {}

    /** The fields that differ, in the order of the schema. Secrets count as equal. */
    public static List<Change> between(RunConfig then, RunConfig now) {
        return RunConfigFields.ROOT
                .changes("", RunConfigWriter.withoutSecrets(then), RunConfigWriter.withoutSecrets(now))
                .toList();
    }

    /** What must not change, as text: the same for two configurations that a run may go on between. */
    public static String lasting(RunConfig config) {
        return RunConfigFields.ROOT
                .lasting("", RunConfigWriter.withoutSecrets(config))
                .collect(Collectors.joining("\n"));
    }

    /** The paths of the fields that may change. */
    public static List<String> allowed() {
        return RunConfigFields.ROOT.paths(Field::mayChange).toList();
    }
}
