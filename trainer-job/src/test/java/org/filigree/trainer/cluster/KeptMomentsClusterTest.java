package org.filigree.trainer.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.sql.SparkSession;
import org.filigree.cluster.StandaloneCluster;
import org.filigree.trainer.Filigree;
import org.filigree.trainer.LocalSpark;
import org.filigree.trainer.Progress;
import org.filigree.trainer.ReferenceRuns;
import org.filigree.trainer.round.RoundLoop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers that keep their moments, on executors of their own, one of which is killed with what it held. */
class KeptMomentsClusterTest {

    private static final int KILLED_AFTER = 7;
    private static final int CHECKPOINT_BEFORE = 4;
    private static final int ROUNDS = 10;

    @Test
    @Timeout(200)
    void anExecutorsLossMakesItsWorkersRoundsOnceMoreAndChangesNoBit(@TempDir Path folder) throws Exception {
        var runs = ReferenceRuns.in(
                folder,
                "averaging={workers: 2, exchange: parameters, local_steps: 2, inner_state: keep}",
                "checkpoint.every_rounds=4");
        try (var spark = LocalSpark.session()) {
            Filigree.train(spark, runs.config("embedded"));
        }
        var killed = new AtomicInteger();
        try (var cluster = StandaloneCluster.start(2, 1);
                var spark = SparkSession.builder().config(cluster.sparkConf()).getOrCreate()) {
            Filigree.train(spark, runs.config("cluster"), new Progress() {
                @Override
                public void round(RoundLoop.Report report, double seconds) {
                    if (report.round() == KILLED_AFTER) {
                        try {
                            killed.addAndGet(cluster.executors(0).get(0).kill() ? 1 : 0);
                        } catch (IOException | InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                }
            });
        }

        assertThat(killed).as("executors killed").hasValue(1);
        runs.assertSame("cluster", "embedded");
        var replayed = new TreeMap<Integer, Integer>();
        for (var round : runs.events("cluster", "round")) {
            replayed.put(
                    round.path("round").intValue(),
                    round.path("replayed_rounds").intValue());
        }
        assertThat(replayed).as("rounds").hasSize(ROUNDS);
        assertThat(replayed.headMap(KILLED_AFTER, true).values())
                .as("workers come back to their executors")
                .containsOnly(0);
        assertThat(replayed.get(KILLED_AFTER + 1))
                .as("rounds since the checkpoint, of the workers that lost theirs")
                .isGreaterThanOrEqualTo(KILLED_AFTER - CHECKPOINT_BEFORE);
    }
}
