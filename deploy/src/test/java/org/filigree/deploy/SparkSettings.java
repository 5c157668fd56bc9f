package org.filigree.deploy;

import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.spark.internal.config.ConfigEntry;

/** Which settings Spark knows, as far as its core can tell: YARN's and Kubernetes's own are in jars that are not here. */
final class SparkSettings {

    private static final List<Pattern> OPEN = List.of(
            // Part of the entry for extraJavaOptions.
            Pattern.compile("spark\\.(driver|executor)\\.defaultJavaOptions"),
            // Ours, which an executor asks its SparkConf for.
            Pattern.compile("spark\\.filigree\\.base\\.cache"),
            Pattern.compile("spark\\.executorEnv\\.[A-Z_]+"),
            Pattern.compile("spark\\.(executor|task)\\.resource\\.gpu\\.(amount|vendor|discoveryScript)"),
            Pattern.compile("spark\\.yarn\\.(dist\\.archives|maxAppAttempts|appMasterEnv\\.[A-Z_]+)"));

    private SparkSettings() {}

    /** Those that Spark would take no notice of. */
    static List<String> unknown(Collection<String> names) {
        // It registers its entries as it is initialised.
        org.apache.spark.internal.config.package$.MODULE$.DRIVER_CLASS_PATH();
        return names.stream()
                .filter(name -> ConfigEntry.findEntry(name) == null)
                .filter(name ->
                        OPEN.stream().noneMatch(open -> open.matcher(name).matches()))
                .toList();
    }
}
