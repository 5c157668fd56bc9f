package org.filigree.trainer.round;

import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;

/**
 * A task that Spark no longer wants: its stage was cancelled, its copy was faster, its executor is being decommissioned.
 * Spark marks it and, unless asked, interrupts no thread, so the task looks between micro-batches.
 */
final class KilledTask {

    private KilledTask() {}

    /** @throws TaskKilledException in a task that was killed; outside of tasks it returns */
    static void stops() {
        var task = TaskContext.get();
        if (task != null && task.isInterrupted()) {
            throw new TaskKilledException("killed between micro-batches");
        }
    }
}
