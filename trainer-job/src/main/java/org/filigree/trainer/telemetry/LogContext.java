package org.filigree.trainer.telemetry;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.slf4j.MDC;

/**
 * The context of log lines, of this thread and of the tasks that it starts: Spark gives an executor's log the local
 * properties whose names begin with {@code mdc.}, under the same names. What stood there before comes back.
 */
final class LogContext implements AutoCloseable {

    private record Before(String context, String property) {}

    private final SparkContext spark;
    private final Map<String, Before> before = new LinkedHashMap<>();

    LogContext(SparkContext spark) {
        this.spark = spark;
    }

    /** @param name begins with {@code mdc.} */
    void put(String name, String value) {
        if (!before.containsKey(name)) {
            before.put(name, new Before(MDC.get(name), spark.getLocalProperty(name)));
        }
        MDC.put(name, value);
        spark.setLocalProperty(name, value);
    }

    @Override
    public void close() {
        before.forEach((name, was) -> {
            if (was.context() == null) {
                MDC.remove(name);
            } else {
                MDC.put(name, was.context());
            }
            spark.setLocalProperty(name, was.property());
        });
    }
}
