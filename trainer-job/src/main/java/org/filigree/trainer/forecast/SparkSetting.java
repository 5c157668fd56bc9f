package org.filigree.trainer.forecast;

/**
 * A setting of Spark's that does not fit the run.
 *
 * @param found as it stands, or its default
 * @param why one line
 * @param required whether the run cannot do without: Spark or the cluster would end it
 */
public record SparkSetting(String setting, String found, String wanted, String why, boolean required) {

    public String line() {
        return "%s: found %s, wanted %s: %s".formatted(setting, found, wanted, why);
    }
}
