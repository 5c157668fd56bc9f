package org.filigree.trainer.round;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.filigree.config.FiligreeException;

/** One round as one Spark job: a partition a worker, the adapter down by one broadcast, plain task retry. */
public final class SparkRound implements Workers {

    private static final String DESCRIPTION = "spark.job.description";

    private final JavaSparkContext spark;
    private final WorkerInput input;

    public SparkRound(JavaSparkContext spark, WorkerInput input) {
        this.spark = spark;
        this.input = input;
    }

    /** Spark may have run a worker's task several times, and one counts. */
    @Override
    public List<RoundResult> run(RoundPlan plan, float[] values, String description) {
        return onWorkers(plan.workers(), values, new Train(input, plan), description);
    }

    @Override
    public List<RoundResult> score(ScorePlan plan, float[] values, String description) {
        return onWorkers(plan.workers(), values, new Score(input, plan), description);
    }

    @Override
    public List<RoundResult> scorePublished(ScorePlan plan, float[] values, String folder, double tolerance) {
        return onWorkers(plan.workers(), values, new Published(input, plan, folder, tolerance), "checks " + folder);
    }

    @Override
    public String fingerprint() {
        return described(
                "loads the base",
                () -> spark.parallelize(List.of(0), 1)
                        .map(new Fingerprint(input))
                        .collect()
                        .get(0));
    }

    /** Spark's pages show the description; the caller's own comes back afterwards. */
    private <T> T described(String description, Supplier<T> job) {
        var before = spark.getLocalProperty(DESCRIPTION);
        spark.setLocalProperty(DESCRIPTION, description);
        try {
            return job.get();
        } finally {
            spark.setLocalProperty(DESCRIPTION, before);
        }
    }

    private List<RoundResult> onWorkers(int count, float[] values, Work work, String description) {
        return described(description, () -> onWorkers(count, values, work));
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

    private record Published(WorkerInput input, ScorePlan plan, String folder, double tolerance) implements Work {
        @Override
        public RoundResult run(ExecutorCache.Lease lease, int worker, float[] values) {
            var read = input.published(folder, lease.plan());
            for (var i = 0; i < values.length; i++) {
                // Negated: a value that is not a number compares false.
                if (!(Math.abs(read[i] - values[i]) <= tolerance * Math.abs(values[i]))) {
                    throw new FiligreeException(
                            FiligreeException.Code.RUN_TIME,
                            "%s: value %d reads back as %s, trained was %s".formatted(folder, i, read[i], values[i]));
                }
            }
            return new WorkerScore(lease, plan, worker).run(read);
        }
    }

    private static final class Fingerprint implements Function<Integer, String> {
        private static final long serialVersionUID = 1;

        private final WorkerInput input;

        Fingerprint(WorkerInput input) {
            this.input = input;
        }

        @Override
        public String call(Integer worker) {
            try (var lease = ExecutorCache.OF_THIS_JVM.lease(input)) {
                lease.succeeded();
                return lease.base().kernels().fingerprint();
            }
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
