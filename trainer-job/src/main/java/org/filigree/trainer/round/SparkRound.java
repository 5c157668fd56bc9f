package org.filigree.trainer.round;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Supplier;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.BroadcastBlockId;
import org.filigree.lora.AdapterPlan;
import org.filigree.trainer.averaging.AdapterState;
import org.filigree.trainer.averaging.AdapterWire;
import org.filigree.trainer.averaging.InOrder;
import org.filigree.trainer.run.CheckpointStore;
import scala.Tuple2;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;

/**
 * One round as one Spark job: a partition a worker, the adapter down by one broadcast, plain task retry. Few workers'
 * results are collected and averaged here; with many, what each made of a slice of the adapter is shuffled to a reducer,
 * and the slices' averages are collected: the same bits.
 */
public final class SparkRound implements Workers {

    private static final String DESCRIPTION = "spark.job.description";

    private final JavaSparkContext spark;
    private final WorkerInput input;
    private final AdapterPlan plan;
    private final Gathering gathering;
    private final Alarm alarm;
    private final TrafficListener listener = new TrafficListener();
    // No task of the run is at work while its driver is, but for a straggler that is being cancelled.
    private final InOrder threads = InOrder.onAllCores();
    private final KeptRounds kept = new KeptRounds();
    private Broadcast<float[]> fixed;

    /** @param plan the adapter's, every tensor of it */
    public SparkRound(JavaSparkContext spark, WorkerInput input, AdapterPlan plan, Gathering gathering) {
        this(spark, input, plan, gathering, Alarm.CLOCK);
    }

    /** @param alarm for the deadline of rounds that need not wait for all */
    public SparkRound(JavaSparkContext spark, WorkerInput input, AdapterPlan plan, Gathering gathering, Alarm alarm) {
        this.alarm = alarm;
        this.spark = spark;
        this.input = input;
        this.plan = plan;
        this.gathering = gathering;
        spark.sc().addSparkListener(listener);
    }

    @Override
    public RoundSum train(RoundPlan round, Attendance attendance, AdapterState state, String description) {
        var rules = round.rules();
        var wire = rules.wire(plan);
        var encoded = wire.encode(state, 0, wire.units().size(), rules.downKey(round.round()), threads);
        if (fixed == null && !rules.trained(plan).trainsA()) {
            fixed = spark.broadcast(state.values());
        }
        var sent = new SentRound(round, spark.broadcast(encoded), fixed);
        var made = false;
        try {
            var sum = sum(sent, attendance, wire, encoded, description);
            if (rules.keepsMoments()) {
                kept.made(sent, sum.losses());
                made = true;
            }
            return sum;
        } finally {
            if (!made) {
                sent.down().destroy();
            }
        }
    }

    private RoundSum sum(SentRound sent, Attendance attendance, AdapterWire wire, byte[] encoded, String description) {
        var round = sent.plan();
        var keeps = round.rules().keepsMoments();
        var task = new TrainTask(input, sent, keeps ? kept.after(round.round() - 1) : null);
        var size = plan.layout().size();
        try (var count = listener.count()) {
            if (gathering == Gathering.COLLECT) {
                var results = counted(count, description, () -> collected(task, attendance));
                return RoundSum.ofWorkers(
                        round.rules(),
                        wire,
                        size,
                        ByteBuffer.wrap(encoded),
                        attendance,
                        results,
                        count.traffic(bytes(sent.down())),
                        threads);
            }
            var slices = ResultBytes.slices(round.workers(), wire);
            var results = counted(count, description, () -> scattered(task, round, slices, sent.down()));
            return RoundSum.ofSlices(wire, size, attendance, results, count.traffic(bytes(sent.down())), threads);
        }
    }

    @Override
    public SavedMoments saveMoments(int round, int count, String runFolder, String folder) {
        var task = new MomentsTask(input, kept.after(round), runFolder, folder);
        return MomentsTask.saved(described(
                "checkpoint after round %d: moments".formatted(round),
                () -> workers(count).map(task::write).collect()));
    }

    @Override
    public void goOnFrom(String runFolder, CheckpointStore.Manifest checkpoint) {
        kept.goOnFrom(runFolder, checkpoint);
    }

    private <T> T counted(TrafficListener.Count count, String description, Supplier<T> job) {
        return marked(TrafficListener.ROUND, count.id(), () -> described(description, job));
    }

    private List<RoundResult> collected(TrainTask task, Attendance attendance) {
        var workers = workers(attendance.expected());
        return attendance.waitsForAll()
                ? workers.map(task::whole).collect()
                : new QuorumJob(spark, alarm).run(workers, task, attendance);
    }

    private List<SliceResult> scattered(TrainTask task, RoundPlan round, int slices, Broadcast<byte[]> down) {
        var reduced = workers(round.workers())
                .flatMapToPair(worker -> task.sliced(worker, slices).iterator())
                .repartitionAndSortWithinPartitions(new SliceKey(slices))
                .mapPartitions(new SliceTask(input, round, slices, down));
        try {
            return reduced.collect();
        } finally {
            // Else every worker's parts lie on the executors until the driver's garbage is collected.
            reduced.rdd().cleanShuffleDependencies(false);
        }
    }

    private JavaRDD<Integer> workers(int count) {
        return workers(Attendance.all(count).expected());
    }

    /** A partition a worker, best run where the worker has its moments. */
    private JavaRDD<Integer> workers(List<Integer> numbers) {
        var places = kept.places();
        if (places.size() != numbers.size()) {
            return spark.parallelize(numbers, numbers.size());
        }
        var placed = numbers.stream()
                .map(worker -> new Tuple2<>(worker, seq(List.of(places.get(worker)))))
                .toList();
        return JavaRDD.fromRDD(spark.sc().makeRDD(seq(placed), anyClass()), anyClass());
    }

    private static <T> Seq<T> seq(List<T> list) {
        return CollectionConverters.asScala(list).toSeq();
    }

    /** As Spark's own Java classes have it. */
    @SuppressWarnings("unchecked")
    private static <T> ClassTag<T> anyClass() {
        return (ClassTag<T>) ClassTag.AnyRef();
    }

    /** A broadcast's size as an executor fetches it. */
    private static long bytes(Broadcast<?> broadcast) {
        var manager = SparkEnv.get().blockManager();
        var bytes = 0L;
        for (var piece = 0; ; piece++) {
            var status = manager.getStatus(new BroadcastBlockId(broadcast.id(), "piece" + piece));
            if (status.isEmpty()) {
                return bytes;
            }
            bytes += status.get().memSize() + status.get().diskSize();
        }
    }

    @Override
    public List<RoundResult> score(ScorePlan rows, float[] values, String description) {
        return score(rows, values, null, 0, description);
    }

    @Override
    public List<RoundResult> scorePublished(ScorePlan rows, float[] values, String folder, double tolerance) {
        return score(rows, values, folder, tolerance, "checks " + folder);
    }

    private List<RoundResult> score(
            ScorePlan rows, float[] values, String folder, double tolerance, String description) {
        var sent = spark.broadcast(values);
        try {
            var task = new ScoreTask(input, rows, sent, folder, tolerance);
            return described(
                    description, () -> workers(rows.workers()).map(task::run).collect());
        } finally {
            sent.destroy();
        }
    }

    @Override
    public List<Origin> origins(int workers) {
        var on = input;
        return described(
                "loads the base",
                () -> workers(workers).map(worker -> origin(on)).collect().stream()
                        .map(bytes -> Origin.fromBytes(ByteBuffer.wrap(bytes)))
                        .toList());
    }

    private static byte[] origin(WorkerInput input) {
        try (var lease = ExecutorCache.OF_THIS_JVM.lease(input)) {
            lease.succeeded();
            return lease.origin().toBytes();
        }
    }

    /** Spark's pages show the description. */
    private <T> T described(String description, Supplier<T> job) {
        return marked(DESCRIPTION, description, job);
    }

    /** The caller's own property comes back afterwards. */
    private <T> T marked(String property, String value, Supplier<T> job) {
        var before = spark.getLocalProperty(property);
        spark.setLocalProperty(property, value);
        try {
            return job.get();
        } finally {
            spark.setLocalProperty(property, before);
        }
    }

    @Override
    public void close() {
        spark.sc().removeSparkListener(listener);
        kept.close();
        if (fixed != null) {
            fixed.destroy();
        }
    }
}
