package org.filigree.trainer.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.SparkSession;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfigReader;
import org.filigree.dataprep.files.HadoopFiles;
import org.filigree.engine.kit.ReferenceCase;
import org.filigree.trainer.Filigree;
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

    @TempDir
    private Path folder;

    private SparkSession spark;

    @BeforeEach
    void start() throws IOException {
        new ReferenceCase("llama", folder.resolve("llama"));
        spark = SparkSession.builder()
                .master("local[2,4]")
                .config("spark.ui.enabled", "false")
                .getOrCreate();
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

    private RunConfig config() {
        return RunConfigReader.read(
                "test",
                """
                run: scored
                output: %s
                base: {path: %s, name: reference/llama}
                engine: {threads: 1}
                data: {train: [{path: %s, shape: tokens}], packing: false, held_out: 0.3}
                adapter: {name: tuned, r: 4, lora_alpha: 8, target_modules: all-linear}
                training: {max_steps: 12, global_batch_size: 4, micro_batch_size: 2, learning_rate: 3.0e-2}
                averaging: {workers: 2, exchange: gradients}
                evaluation: {every_rounds: 1}
                """.formatted(folder, folder.resolve("llama"), folder.resolve("llama/rows.jsonl")),
                List.of(),
                Map.of());
    }

    @Test
    void theLossesOfTheLastAndOfTheBestAreThoseOfTheirEvaluations() throws IOException {
        var outcome = Filigree.train(spark, config());
        assertThat(outcome.published()).extracting(Outcome.Published::which).containsExactly("last", "best");
        var evaluations = Files.readAllLines(folder.resolve("scored/events.jsonl")).stream()
                .filter(event -> event.startsWith("{\"event\":\"evaluation\""))
                .count();
        assertThat(evaluations).isEqualTo(13);
        assertThat(heard("scores rows")).isEqualTo(evaluations);
        assertThat(heard("checks ")).isEqualTo(2);
    }

    @Test
    void aLossThatOtherMachinesMeasuredIsMeasuredAgainBeforeAFolderIsRefused() throws IOException {
        var config = config();
        var files = new HadoopFiles(spark.sparkContext().hadoopConfiguration());
        var setup = RunSetup.of(spark, config);
        try (var rounds = new RunRounds(JavaSparkContext.fromSparkContext(spark.sparkContext()), config, setup)) {
            var run = new RunFolder(files, folder.toString(), "scored");
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
