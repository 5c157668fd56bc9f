package org.filigree.trainer.input;

import java.util.Map;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;

/**
 * Where a task computes. On a cluster Spark hands out the GPUs, so that no two executors take one without knowing; on a
 * local master it hands out none, and the engine counts them itself.
 */
final class AssignedDevice {

    private static final String GPU = "gpu";
    private static final String CPU = "cpu";
    private static final String CUDA = "cuda";

    private AssignedDevice() {}

    /** @param asked {@code engine.device}: {@code auto}, {@code cpu}, {@code cuda} */
    static String ofTask(String asked) {
        var task = TaskContext.get();
        return task == null || "driver".equals(SparkEnv.get().executorId()) ? asked : of(asked, task.resourcesJMap());
    }

    /**
     * @return {@code cpu} or {@code cuda:ADDRESS}
     * @throws FiligreeException with CONFIGURATION when a GPU was asked for and Spark assigned none that has a number
     */
    static String of(String asked, Map<String, ResourceInformation> assigned) {
        if (asked.equals(CPU)) {
            return CPU;
        }
        if (!assigned.containsKey(GPU)) {
            if (asked.equals(CUDA)) {
                throw new FiligreeException(
                        Code.CONFIGURATION,
                        "engine.device: found cuda, but Spark assigned this task no GPU: set"
                                + " spark.executor.resource.gpu.amount and spark.task.resource.gpu.amount (0.5: two tasks"
                                + " share one) and how the workers find theirs, or engine.device cpu");
            }
            return CPU;
        }
        var address = assigned.get(GPU).addresses()[0];
        if (!address.matches("\\d+")) {
            throw new FiligreeException(
                    Code.CONFIGURATION,
                    "engine.device: Spark assigned the GPU with the address %s, wanted a number as nvidia-smi counts: "
                                    .formatted(address)
                            + "the discovery script must print those");
        }
        return CUDA + ":" + address;
    }
}
