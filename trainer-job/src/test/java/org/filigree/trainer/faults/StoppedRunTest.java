package org.filigree.trainer.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.config.RunConfig;
import org.filigree.dataprep.CorpusPrep;
import org.filigree.trainer.Filigree;
import org.filigree.trainer.LocalSpark;
import org.filigree.trainer.Progress;
import org.filigree.trainer.ReferenceRuns;
import org.filigree.trainer.forecast.RunForecast;
import org.filigree.trainer.round.RoundLoop;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that are told to stop by who started them: where they end, and what counts when they go on. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StoppedRunTest {

    private ReferenceRuns runs;

    @AutoClose
    private SparkSession spark;

    @BeforeAll
    void session(@TempDir Path folder) throws IOException {
        runs = ReferenceRuns.in(folder);
        spark = LocalSpark.session();
    }

    /** A stop that is asked for at some moment, and then stands. */
    private static class Stop implements Progress {

        boolean asked;

        @Override
        public boolean stopRequested() {
            return asked;
        }
    }

    private void assertStopped(RunConfig config, Progress progress, String said) {
        assertThatThrownBy(() -> Filigree.train(spark, config, progress))
                .isInstanceOfSatisfying(
                        FiligreeException.class, e -> assertThat(e.code()).isEqualTo(Code.STOPPED))
                .hasMessageStartingWith(said);
    }

    /** No update is large enough to change a loss: the evaluation before the first round stays the best. */
    @ParameterizedTest
    @ValueSource(ints = {3, 4})
    void earlyStoppingCountsEachEvaluationOnceWhenARunGoesOn(int stoppedAfter) throws IOException {
        var name = "patient-" + stoppedAfter;
        var config = runs.config(
                name,
                "training.learning_rate=1.0e-30",
                "evaluation={every_rounds: 2, early_stopping_patience: 3}",
                "checkpoint.every_rounds=1000");
        assertStopped(
                config,
                new Stop() {
                    @Override
                    public void round(RoundLoop.Report report, double seconds) {
                        asked = report.round() == stoppedAfter;
                    }
                },
                "stopped after round " + stoppedAfter);

        var outcome = Filigree.train(spark, config);

        assertThat(outcome.message()).isEqualTo("early stopping");
        assertThat(outcome.rounds()).isEqualTo(6);
        assertThat(runs.rounds(name)).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(runs.events(name, "evaluation")).hasSize(4);
    }

    @Test
    void aStopBeforeTheFirstRoundLeavesAnOutcomeAndNoRun() throws IOException {
        assertStopped(
                runs.config("early"),
                new Stop() {
                    @Override
                    public void prepared(CorpusPrep.Result corpus) {
                        asked = true;
                    }
                },
                "stopped before the first round");
        assertThat(runs.folder().resolve("early").toFile().list()).containsExactly("outcome.json");
        assertThat(Files.readString(runs.file("early", "outcome.json"))).contains("\"stopped\"", "143");
    }

    @Test
    void aStopIsToldWhenEachCheckpointBeginsAndEnds() {
        var told = new ArrayList<String>();
        assertStopped(
                runs.config("told"),
                new Stop() {
                    @Override
                    public void round(RoundLoop.Report report, double seconds) {
                        asked = report.round() == 3;
                    }

                    @Override
                    public void saveBegins() {
                        told.add("begins over " + newest());
                    }

                    @Override
                    public void saveEnds() {
                        told.add("ends with " + newest());
                    }

                    private String newest() {
                        var saved = runs.file("told", "checkpoints").toFile().list();
                        return saved == null ? "none" : Collections.max(List.of(saved));
                    }
                },
                "stopped after round 3");

        assertThat(told)
                .containsExactly(
                        "begins over none",
                        "ends with 00000000-1",
                        "begins over 00000000-1",
                        "ends with 00000002-1",
                        "begins over 00000002-1",
                        "ends with 00000003-1");
    }

    @Test
    void whatFailsOnceAStopIsAskedForIsTheStop() {
        assertStopped(
                runs.config("cancelled"),
                new Stop() {
                    @Override
                    public void forecast(RunForecast forecast) {
                        asked = true;
                        throw new IllegalStateException("Job 3 cancelled as part of cancellation of all jobs");
                    }
                },
                "stopped while Spark was at work");
    }
}
