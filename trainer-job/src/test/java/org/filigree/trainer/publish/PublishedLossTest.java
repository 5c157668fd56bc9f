package org.filigree.trainer.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.SparkSession;
import org.filigree.dataprep.files.HadoopFiles;
import org.filigree.trainer.Filigree;
import org.filigree.trainer.LocalSpark;
import org.filigree.trainer.ReferenceRuns;
import org.filigree.trainer.input.RunRounds;
import org.filigree.trainer.input.RunSetup;
import org.filigree.trainer.run.Outcome;
import org.filigree.trainer.run.RunFolder;
import org.filigree.trainer.run.RunOwner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is published was scored once when it was trained, and once when it was read back. */
class PublishedLossTest {

    private final ConcurrentLinkedQueue<String> jobs = new ConcurrentLinkedQueue<>();

    private ReferenceRuns runs;
    private SparkSession spark;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        runs = ReferenceRuns.in(
                folder,
                "training.max_steps=12",
                "training.learning_rate=3.0e-2",
                "adapter.lora_dropout=0",
                "evaluation.every_rounds=1");
        spark = LocalSpark.session();
        spark.sparkContext().addSparkListener(new SparkListener() {
            @Override
            public void onJobStart(SparkListenerJobStart job) {
                jobs.add(job.properties().getProperty("spark.job.description", ""));
            }
        });
    }

    @AfterEach
    void stop() {
        spark.stop();
    }

    /** Stopping waits for every event to be heard. */
    private long heard(String description) {
        spark.stop();
        return jobs.stream().filter(job -> job.startsWith(description)).count();
    }

    @Test
    void theLossesOfTheLastAndOfTheBestAreThoseOfTheirEvaluations() throws IOException {
        var outcome = Filigree.train(spark, runs.config("scored"));
        assertThat(outcome.published()).extracting(Outcome.Published::which).containsExactly("last", "best");
        var evaluations = runs.events("scored", "evaluation").size();
        assertThat(evaluations).isEqualTo(13);
        assertThat(heard("scores rows")).isEqualTo(evaluations);
        assertThat(heard("checks ")).isEqualTo(2);
    }

    @Test
    void aLossThatOtherMachinesMeasuredIsMeasuredAgainBeforeAFolderIsRefused() throws IOException {
        var config = runs.config("scored");
        var files = new HadoopFiles(spark.sparkContext().hadoopConfiguration());
        var setup = RunSetup.of(spark, config);
        try (var rounds = new RunRounds(JavaSparkContext.fromSparkContext(spark.sparkContext()), config, setup)) {
            var run = new RunFolder(files, runs.folder().toString(), "scored");
            var owner = RunOwner.take(files, run.path());
            var loop = rounds.loop();
            var state = loop.start(setup.start());
            var measured = loop.score(state.values(), setup.heldOutLengths()).loss();
            assertThat(measured).isNotCloseTo(7, within(0.1));
            assertThat(new Publisher(
                                    run,
                                    owner,
                                    "tuned",
                                    setup.heldOutLengths(),
                                    loop,
                                    new AdapterFiles(files, config, setup))
                            .publish(state, 7))
                    .hasSize(1);
        }
        assertThat(heard("scores rows")).isEqualTo(2);
    }
}
