package org.filigree.trainer.round;

import java.io.Serializable;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.filigree.config.FiligreeException;
import scala.Function0;
import scala.Function1;
import scala.Function2;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.jdk.javaapi.FutureConverters;
import scala.runtime.BoxedUnit;

/** One Spark job whose results are taken as they come, and which is cancelled once enough of them are in time. */
record QuorumJob(JavaSparkContext spark, Alarm alarm) {

    /** @param workers a partition for each that is expected */
    List<RoundResult> run(JavaRDD<Integer> workers, TrainTask task, Attendance attendance) {
        var arrivals = new Arrivals(attendance);
        var job = spark.sc()
                .submitJob(
                        workers.rdd(),
                        (Function1<Iterator<Integer>, RoundResult> & Serializable) worker -> task.whole(worker.next()),
                        CollectionConverters.asScala(IntStream.range(0, workers.getNumPartitions())
                                        .<Object>mapToObj(Integer::valueOf)
                                        .toList())
                                .toSeq(),
                        (Function2<Object, RoundResult, BoxedUnit>) (partition, result) -> {
                            arrivals.arrived(result);
                            return BoxedUnit.UNIT;
                        },
                        (Function0<BoxedUnit>) () -> BoxedUnit.UNIT);
        FutureConverters.asJava(job).whenComplete((done, failure) -> {
            if (failure != null) {
                arrivals.failed(failure);
            }
        });
        var deadline = alarm.in(attendance.deadlineSeconds());
        var told = deadline.thenRun(arrivals::deadlinePassed);
        try {
            return arrivals.settled().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FiligreeException(FiligreeException.Code.STOPPED, "interrupted while a round was made", e);
        } finally {
            told.cancel(false);
            deadline.cancel(false);
            job.cancel();
        }
    }
}
