package org.filigree.trainer.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.TaskEndReason;
import org.apache.spark.TaskKilled;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.scheduler.TaskInfo;

/** What Spark says of the tasks of rounds: when one starts, and how each attempt ended. */
class RoundTasks extends SparkListener {

    /**
     * An attempt that ended.
     *
     * @param reduces averages a slice of what the workers of a reduce-scatter made
     * @param index of the task in its stage, whichever attempt of the stage it is
     * @param newest round that had begun by then
     * @param reason Success, ExecutorLostFailure ...; of a killed one what Spark says why
     */
    record Ended(
            int round,
            boolean reduces,
            int index,
            int attempt,
            String executor,
            String host,
            boolean copy,
            int newest,
            String reason) {

        boolean succeeded() {
            return reason.equals("Success");
        }
    }

    /** An attempt that has just started. */
    record Started(int round, boolean reduces, String executor, String host) {}

    private final Map<Integer, Integer> roundOfStage = new ConcurrentHashMap<>();
    private final Set<Integer> reducing = ConcurrentHashMap.newKeySet();
    private final Map<Long, Started> running = new ConcurrentHashMap<>();
    private final List<Ended> ended = new ArrayList<>();

    /** Called on Spark's listener thread while the attempt runs. */
    void started(Started task) {}

    /** Called on Spark's listener thread once an attempt has ended. */
    void ended(Ended task) {}

    @Override
    public void onJobStart(SparkListenerJobStart job) {
        var description = job.properties().getProperty("spark.job.description", "");
        if (description.startsWith("round ")) {
            var round = Integer.parseInt(description.replaceFirst("round (\\d+).*", "$1"));
            job.stageInfos().foreach(stage -> roundOfStage.put(stage.stageId(), round));
            job.stageInfos().foreach(stage -> stage.parentIds().isEmpty() || reducing.add(stage.stageId()));
        }
    }

    @Override
    public void onTaskStart(SparkListenerTaskStart task) {
        var round = roundOfStage.get(task.stageId());
        if (round != null) {
            var info = task.taskInfo();
            var started = new Started(round, reducing.contains(task.stageId()), info.executorId(), info.host());
            running.put(info.taskId(), started);
            started(started);
        }
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd task) {
        var round = roundOfStage.get(task.stageId());
        if (round != null) {
            running.remove(task.taskInfo().taskId());
            ended(add(round, reducing.contains(task.stageId()), task.taskInfo(), reason(task.reason())));
        }
    }

    private static String reason(TaskEndReason reason) {
        return reason instanceof TaskKilled killed
                ? killed.reason()
                : reason.getClass().getSimpleName().replace("$", "");
    }

    private synchronized Ended add(int round, boolean reduces, TaskInfo info, String reason) {
        var newest = roundOfStage.values().stream().mapToInt(r -> r).max().orElse(0);
        var task = new Ended(
                round,
                reduces,
                info.partitionId(),
                info.attemptNumber(),
                info.executorId(),
                info.host(),
                info.speculative(),
                newest,
                reason);
        ended.add(task);
        return task;
    }

    /** Attempts of a round that have begun and not ended. */
    List<Started> running(int round) {
        return running.values().stream().filter(task -> task.round() == round).toList();
    }

    /** In the order in which they ended. */
    synchronized List<Ended> of(int round) {
        return ended.stream().filter(task -> task.round() == round).toList();
    }

    /** Attempts of one of a round's stages that ended so, in the order in which they did. */
    List<Ended> of(int round, boolean reduces, String reason) {
        return of(round).stream()
                .filter(task -> task.reduces() == reduces && task.reason().equals(reason))
                .toList();
    }
}
