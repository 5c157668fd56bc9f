package org.filigree.trainer.telemetry;

import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.SparkPlugin;

/**
 * Puts how a run goes among Spark's metrics, whatever sink takes them: {@code
 * spark.plugins=org.filigree.trainer.telemetry.FiligreePlugin}. Our own sessions have it; a caller's session has it where
 * the caller names it.
 */
public final class FiligreePlugin implements SparkPlugin {

    @Override
    public DriverPlugin driverPlugin() {
        return new RunMetrics();
    }

    /** None: rounds are told by the driver. */
    @Override
    public ExecutorPlugin executorPlugin() {
        return null;
    }
}
