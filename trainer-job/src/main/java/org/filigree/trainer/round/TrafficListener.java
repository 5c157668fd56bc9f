package org.filigree.trainer.round;

import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/** Counts what the tasks of a round's job moved and where they ran, from Spark's own events. */
final class TrafficListener extends SparkListener {

    /** The local property that marks a round's job. */
    static final String ROUND = "filigree.round";

    /** Spark tells its listeners within milliseconds; where its queue was full, a round's end is never told. */
    private static final int PATIENCE_SECONDS = 10;

    private final Map<String, Count> byRound = new ConcurrentHashMap<>();
    private final Map<Integer, Count> byStage = new ConcurrentHashMap<>();
    private final Map<Integer, Count> byJob = new ConcurrentHashMap<>();

    /** Counts the job that carries the count's id as {@link #ROUND}, until it is closed. */
    Count count() {
        var count = new Count();
        byRound.put(count.id, count);
        return count;
    }

    /** Of one round. */
    final class Count implements AutoCloseable {

        private final String id = UUID.randomUUID().toString();
        private final AtomicLong up = new AtomicLong();
        private final Set<String> executors = ConcurrentHashMap.newKeySet();
        private final CompletableFuture<Void> ended = new CompletableFuture<>();

        String id() {
            return id;
        }

        /**
         * What the round moved, its job being over.
         *
         * @param broadcast bytes that each executor fetched
         * @return null where Spark lost the events
         */
        Traffic traffic(long broadcast) {
            try {
                ended.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                return new Traffic(broadcast * executors.size(), up.get(), executors.size());
            } catch (TimeoutException e) {
                return null;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            byRound.remove(id);
            byStage.values().removeIf(this::equals);
            byJob.values().removeIf(this::equals);
        }
    }

    @Override
    public void onJobStart(SparkListenerJobStart job) {
        var round = job.properties() == null ? null : job.properties().getProperty(ROUND);
        var count = round == null ? null : byRound.get(round);
        if (count != null) {
            byJob.put(job.jobId(), count);
            job.stageInfos().foreach(stage -> byStage.put(stage.stageId(), count));
        }
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd task) {
        var count = byStage.get(task.stageId());
        if (count == null) {
            return;
        }
        count.executors.add(task.taskInfo().executorId());
        if (task.taskMetrics() != null) {
            count.up.addAndGet(task.taskMetrics().resultSize()
                    + task.taskMetrics().shuffleReadMetrics().remoteBytesRead());
        }
    }

    @Override
    public void onJobEnd(SparkListenerJobEnd job) {
        var count = byJob.get(job.jobId());
        if (count != null) {
            count.ended.complete(null);
        }
    }
}
