package org.filigree.trainer.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.scheduler.TaskInfo;

/** What Spark says of the tasks of rounds: when one starts, and how each attempt ended. */
final class RoundTasks extends SparkListener {

    /**
     * An attempt that ended.
     *
     * @param index of the task in its round
     * @param newest round that had begun by then
     * @param reason Success, ExecutorLostFailure, TaskKilled ...
     */
    record Ended(
            int round, int index, int attempt, String executor, String host, boolean copy, int newest, String reason) {

        boolean succeeded() {
            return reason.equals("Success");
        }
    }

    /** An attempt that has just started. */
    record Started(int round, String executor, String host) {}

    private final Consumer<Started> atStart;
    private final Map<Integer, Integer> roundOfStage = new ConcurrentHashMap<>();
    private final List<Ended> ended = new ArrayList<>();

    /** @param atStart called on Spark's listener thread while the attempt runs */
    RoundTasks(Consumer<Started> atStart) {
        this.atStart = atStart;
    }

    @Override
    public void onJobStart(SparkListenerJobStart job) {
        var description = job.properties().getProperty("spark.job.description", "");
        if (description.startsWith("round ")) {
            var round = Integer.parseInt(description.replaceFirst("round (\\d+).*", "$1"));
            job.stageInfos().foreach(stage -> roundOfStage.put(stage.stageId(), round));
        }
    }

    @Override
    public void onTaskStart(SparkListenerTaskStart task) {
        var round = roundOfStage.get(task.stageId());
        if (round != null) {
            atStart.accept(new Started(
                    round, task.taskInfo().executorId(), task.taskInfo().host()));
        }
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd task) {
        var round = roundOfStage.get(task.stageId());
        if (round != null) {
            add(round, task.taskInfo(), task.reason().getClass().getSimpleName().replace("$", ""));
        }
    }

    private synchronized void add(int round, TaskInfo task, String reason) {
        var newest = roundOfStage.values().stream().mapToInt(r -> r).max().orElse(0);
        ended.add(new Ended(
                round,
                task.index(),
                task.attemptNumber(),
                task.executorId(),
                task.host(),
                task.speculative(),
                newest,
                reason));
    }

    /** In the order in which they ended. */
    synchronized List<Ended> of(int round) {
        return ended.stream().filter(task -> task.round() == round).toList();
    }
}
