package org.filigree.trainer.input;

import org.apache.spark.TaskContext;

/** The GPU that Spark's resource scheduling gave to the running task. */
final class AssignedDevice {

    private static final String GPU = "gpu";

    private AssignedDevice() {}

    /** {@code cuda:ADDRESS}, or null where Spark assigned none. */
    static String ofTask() {
        var task = TaskContext.get();
        if (task == null || !task.resourcesJMap().containsKey(GPU)) {
            return null;
        }
        return "cuda:" + task.resourcesJMap().get(GPU).addresses()[0];
    }
}
