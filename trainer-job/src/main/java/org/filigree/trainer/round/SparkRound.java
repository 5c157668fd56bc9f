package org.filigree.trainer.round;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;

/** One round as one Spark job: a partition a worker, the adapter down by one broadcast, plain task retry. */
final class SparkRound {

    private final JavaSparkContext spark;
    private final WorkerInput input;

    SparkRound(JavaSparkContext spark, WorkerInput input) {
        this.spark = spark;
        this.input = input;
    }

    /** Results by worker; Spark may have run a worker's task several times, and one counts. */
    List<RoundResult> run(RoundPlan plan, float[] values) {
        return onWorkers(plan.workers(), values, new Train(input, plan));
    }

    /** Losses of the held-out rows, by worker. */
    List<RoundResult> score(ScorePlan plan, float[] values) {
        return onWorkers(plan.workers(), values, new Score(input, plan));
    }

    private List<RoundResult> onWorkers(int count, float[] values, Work work) {
        var broadcast = spark.broadcast(values);
        try {
            var workers = IntStream.range(0, count).boxed().toList();
            return spark.parallelize(workers, count)
                    .map(new Task(work, broadcast))
                    .collect();
        } finally {
            broadcast.destroy();
        }
    }

    /** What a task does with a session; travels in the closure. */
    private interface Work extends java.io.Serializable {
        WorkerInput input();

        RoundResult run(ExecutorCache.Lease lease, int worker, float[] values);
    }

    private record Train(WorkerInput input, RoundPlan plan) implements Work {
        @Override
        public RoundResult run(ExecutorCache.Lease lease, int worker, float[] values) {
            return new WorkerRound(lease, plan, worker).run(values);
        }
    }

    private record Score(WorkerInput input, ScorePlan plan) implements Work {
        @Override
        public RoundResult run(ExecutorCache.Lease lease, int worker, float[] values) {
            return new WorkerScore(lease, plan, worker).run(values);
        }
    }

    private static final class Task implements Function<Integer, RoundResult> {
        private static final long serialVersionUID = 1;

        private final Work work;
        private final Broadcast<float[]> values;

        Task(Work work, Broadcast<float[]> values) {
            this.work = work;
            this.values = values;
        }

        @Override
        public RoundResult call(Integer worker) {
            try (var lease = ExecutorCache.OF_THIS_JVM.lease(work.input())) {
                var result = work.run(lease, worker, values.value());
                lease.succeeded();
                return result;
            }
        }
    }
}
