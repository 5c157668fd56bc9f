package org.filigree.trainer.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.filigree.cluster.StandaloneCluster;
import org.filigree.trainer.Filigree;
import org.filigree.trainer.ReferenceRuns;
import org.filigree.trainer.SparkOnCluster;
import org.filigree.trainer.faults.FaultyDisk.Met;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The command {@code train} on a cluster of processes, on a disk that is full or does not answer: for the driver, or for the
 * executors that write their workers' moments. Who trains next ends with the undisturbed run's bytes.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(400)
class FaultyDiskTest {

    private static final String DRIVER = "driver";
    private static final String CHECKPOINT = "checkpoints/00000004-1/";
    private static final String OUTCOME = "outcome.json";
    private static final String FULL = "No space left on device";

    /** What a driver that ended in the checkpoint of round 4 leaves, beside the outcome. */
    private static final List<String> WHOLE = List.of(
            "checkpoints/00000000-1/manifest.json",
            "checkpoints/00000000-1/state.bin",
            "checkpoints/00000002-1/manifest.json",
            "checkpoints/00000002-1/moments-00000",
            "checkpoints/00000002-1/moments-00001",
            "checkpoints/00000002-1/state.bin",
            "events/00000000-1.jsonl",
            "events/00000002-1.jsonl",
            "owner/1",
            "run.yaml");

    @AutoClose
    private FaultyCluster faulty;

    @BeforeAll
    void undisturbed(@TempDir Path folder) throws Exception {
        var runs = ReferenceRuns.in(
                folder,
                "averaging={workers: 2, exchange: parameters, local_steps: 4, inner_state: keep, wire: float32}");
        // The workers' other cores are for the commands' executors.
        var settings = Map.of("spark.executor.cores", "1", "spark.cores.max", "2");
        faulty = new FaultyCluster(SparkOnCluster.of(StandaloneCluster.start(2, 2), settings), runs, settings);
        Filigree.train(faulty.spark(), runs.config(FaultyCluster.UNDISTURBED));
    }

    private CommandRun full(String name, String file, FullDisk.Others others) {
        var folder = faulty.runs().folder().resolve(name);
        return new CommandRun(faulty, name, FullDisk.SCHEME, FullDisk.settings(folder, file, others));
    }

    private CommandRun silent(String name, String file, int reads) {
        var folder = faulty.runs().folder().resolve(name);
        return new CommandRun(faulty, name, SilentDisk.SCHEME, SilentDisk.settings(folder, file, reads));
    }

    private static List<String> and(List<String> files, String more) {
        var all = new ArrayList<>(files);
        all.add(more);
        return all;
    }

    @Test
    void aDiskFullInTheStateOfACheckpointLeavesWhatWasWholeAndTheOutcomeSaysSo() throws Exception {
        var run = full("state", CHECKPOINT + "state.bin", FullDisk.Others.NONE);

        var line = run.fails(FULL, 2);

        assertThat(run.met()).containsExactly(new Met(FullDisk.REFUSED, DRIVER, "state.bin"));
        assertThat(run.files()).containsExactlyInAnyOrderElementsOf(and(WHOLE, OUTCOME));
        run.assertThatTheOutcomeSays(line);
        run.assertThatTheNextDriverEndsIt();
    }

    @Test
    void aDiskThatStaysFullTakesNoOutcomeAndNoHalfOfOneIsThere() throws Exception {
        var run = full("greedy", CHECKPOINT + "state.bin", FullDisk.Others.GREEDY);

        run.fails(FULL, 2);

        assertThat(run.met())
                .containsExactly(
                        new Met(FullDisk.REFUSED, DRIVER, "state.bin"), new Met(FullDisk.REFUSED, DRIVER, OUTCOME));
        assertThat(run.files()).containsExactlyInAnyOrderElementsOf(WHOLE);
        run.assertThatTheNextDriverEndsIt();
    }

    @Test
    void aDiskFullForExecutorsThatWriteMomentsLeavesTheCheckpointBefore() throws Exception {
        var run = full("moments", CHECKPOINT + "moments-", FullDisk.Others.NONE);

        var line = run.fails(FULL, 2);

        assertThat(run.met())
                .as("each of a task's four attempts")
                .hasSizeGreaterThanOrEqualTo(4)
                .allMatch(met ->
                        met.fault().equals(FullDisk.REFUSED) && met.file().startsWith("moments-"))
                .noneMatch(met -> met.process().equals(DRIVER));
        assertThat(run.files())
                .as("but for what a task that Spark has cancelled may still write")
                .filteredOn(file -> !file.startsWith(CHECKPOINT + "moments-"))
                .containsExactlyInAnyOrderElementsOf(and(WHOLE, OUTCOME));
        run.assertThatTheOutcomeSays(line);
        run.assertThatTheNextDriverEndsIt();
    }

    @ParameterizedTest
    @CsvSource({
        "staged, staging-1/tuned/adapter_model.safetensors",
        "published, adapters/tuned/adapter_model.safetensors"
    })
    void aDiskFullWhileAnAdapterIsPublishedHasRoomForTheOutcomeAgain(String name, String file) throws Exception {
        var run = full(name, file, FullDisk.Others.NONE);

        var line = run.fails(FULL, 5);

        assertThat(run.met()).containsExactly(new Met(FullDisk.REFUSED, DRIVER, "adapter_model.safetensors"));
        assertThat(run.files())
                .noneMatch(left -> left.startsWith("staging-") || left.endsWith("adapter_model.safetensors"));
        run.assertThatTheOutcomeSays(line);
        run.assertThatTheNextDriverEndsIt();
    }

    @Test
    void aRunIsDoneOnceWhereTheAnswerToItsLastWriteIsLost() throws Exception {
        var run = silent("done", OUTCOME, 0);

        var command = run.train();

        assertThat(command.exitValue()).as(command.log()).isZero();
        assertThat(run.met()).containsExactly(new Met(SilentDisk.LOST, DRIVER, OUTCOME));
        var written = run.written();
        assertThat(run.train().exitValue()).isZero();
        assertThat(run.written()).isEqualTo(written);
        run.assertThatTheNextDriverEndsIt();
    }

    /** The second read is a look whether the run is done, before it is said to have failed. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aRunStaysDoneWhereItsOutcomeCannotBeReadBackEither(int reads) throws Exception {
        var run = silent("unread-" + reads, OUTCOME, reads);

        run.fails("connection reset", 5);

        var met = new ArrayList<>(Collections.nCopies(reads, new Met(SilentDisk.UNREAD, DRIVER, OUTCOME)));
        met.add(0, new Met(SilentDisk.LOST, DRIVER, OUTCOME));
        assertThat(run.met()).isEqualTo(met);
        var written = run.written();
        run.assertThatTheNextDriverEndsIt();
        assertThat(run.written()).isEqualTo(written);
    }

    @ParameterizedTest
    @CsvSource({CHECKPOINT + "manifest.json, 4", "adapters/tuned/adapter_model.safetensors, 5"})
    void aFileWhoseWritersAnswerIsLostIsTakenOverByTheNextDriver(String file, int round) throws Exception {
        var run = silent("lost-" + round, file, 0);

        var line = run.fails("connection reset", round);

        assertThat(run.met())
                .containsExactly(new Met(
                        SilentDisk.LOST, DRIVER, Path.of(file).getFileName().toString()));
        run.assertThatTheOutcomeSays(line);
        var written = run.written().get(file);
        run.assertThatTheNextDriverEndsIt();
        assertThat(run.written()).as("taken over").containsEntry(file, written);
    }
}
