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
        var broadcast = spark.broadcast(values);
        try {
            var workers = IntStream.range(0, plan.workers()).boxed().toList();
            return spark.parallelize(workers, plan.workers())
                    .map(new Task(input, plan, broadcast))
                    .collect();
        } finally {
            broadcast.destroy();
        }
    }

    private static final class Task implements Function<Integer, RoundResult> {
        private final WorkerInput input;
        private final RoundPlan plan;
        private final Broadcast<float[]> values;

        Task(WorkerInput input, RoundPlan plan, Broadcast<float[]> values) {
            this.input = input;
            this.plan = plan;
            this.values = values;
        }

        @Override
        public RoundResult call(Integer worker) {
            var session = ExecutorCache.OF_THIS_JVM.borrow(input);
            try {
                var result = new WorkerRound(session, input, plan, worker).run(values.value());
                ExecutorCache.OF_THIS_JVM.giveBack(input, session);
                return result;
            } catch (RuntimeException | Error e) {
                session.close();
                throw e;
            }
        }
    }
}
