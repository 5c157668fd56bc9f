package org.filigree.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.filigree.config.FiligreeException;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfigReader;
import org.junit.jupiter.api.Test;

class RunFolderTest {

    private static final String YAML = "out/run/run.yaml";
    private static final String OUTCOME = "out/run/outcome.json";
    private static final RunConfig CONFIG = RunConfigReader.read("test", """
            run: run
            output: out
            base: {path: models/größte, name: acme/tiny}
            data: {train: [{path: rows.jsonl, shape: tokens}]}
            adapter: {r: 4, lora_alpha: 8, target_modules: all-linear}
            training: {max_steps: 8, global_batch_size: 4, micro_batch_size: 2, learning_rate: 1.0e-2}
            averaging: {workers: 2, exchange: gradients}
            """, List.of(), Map.of());

    private final MemoryTree files = new MemoryTree();
    private final RunFolder folder = new RunFolder(files, "out", "run");

    private byte[] whole() throws IOException {
        folder.claim(CONFIG);
        return files.content.get(YAML);
    }

    @Test
    void aDriverKilledWhileItWritesRunYamlLeavesAFolderThatIsClaimedAgain() throws IOException {
        var whole = whole();
        for (var written = 0; written < whole.length; written += 13) {
            files.content.put(YAML, Arrays.copyOf(whole, written));

            assertThat(folder.check(CONFIG)).as("%d bytes written", written).isEmpty();
            folder.claim(CONFIG);

            assertThat(files.content.get(YAML))
                    .as("after %d bytes were written", written)
                    .isEqualTo(whole);
        }
        assertThat(whole.length).isGreaterThan(500);
    }

    @Test
    void aCutOffYamlOfARunThatADriverHasTakenIsLeftAsItIsAndNoReasonToRefuse() throws IOException {
        var cut = Arrays.copyOf(whole(), 100);
        files.content.put(YAML, cut);
        RunOwner.take(files, folder.path());

        assertThat(folder.check(CONFIG)).isEmpty();
        folder.claim(CONFIG);

        assertThat(files.content.get(YAML)).isEqualTo(cut);
    }

    @Test
    void aClaimThatAnotherDriverWasFasterToMakeAndIsCutOffInIsMadeAgain() throws IOException {
        var whole = whole();
        files.delete(YAML);
        files.meanwhile = (operation, path) -> {
            if (operation.equals("create")) {
                files.meanwhile = (any, where) -> {};
                files.content.put(YAML, Arrays.copyOf(whole, 100));
                files.faults++;
            }
        };

        folder.claim(CONFIG);

        assertThat(files.faults).isEqualTo(1);
        assertThat(files.content.get(YAML)).isEqualTo(whole);
    }

    @Test
    void whatADoneRunSaysNoOtherDriverReplaces() throws IOException {
        folder.write(RunFolder.EVENTS, "all rounds");
        folder.close(outcome(Outcome.Status.DONE));
        var done = Map.copyOf(files.content);

        for (Write write : List.<Write>of(
                () -> folder.close(outcome(Outcome.Status.FAILED)),
                () -> folder.close(outcome(Outcome.Status.DONE)),
                () -> folder.write(RunFolder.EVENTS, "some rounds"))) {
            assertThatThrownBy(write::now)
                    .isInstanceOfSatisfying(
                            FiligreeException.class, e -> assertThat(e.code()).isEqualTo(FiligreeException.Code.RETRY))
                    .hasMessage("out/run: the run is done; another driver has ended it");
        }

        assertThat(files.content).isEqualTo(done);
    }

    @Test
    void aRunThatFailedBeforeMayEnd() throws IOException {
        folder.close(outcome(Outcome.Status.FAILED));
        folder.close(outcome(Outcome.Status.DONE));
        assertThat(folder.done()).isPresent();
    }

    @Test
    void howAnEarlierDriverEndedDoesNotSpeakForTheNextOneUnlessTheRunIsDone() throws IOException {
        folder.close(outcome(Outcome.Status.FAILED));
        assertThat(folder.doneOrOpened()).isEmpty();
        assertThat(folder.outcome()).isEmpty();

        folder.close(outcome(Outcome.Status.DONE));
        assertThat(folder.doneOrOpened()).isPresent();
        assertThat(folder.done()).isPresent();
    }

    @Test
    void anOutcomeThatTheDiskHasNoRoomForIsNotThereByHalf() throws IOException {
        folder.close(outcome(Outcome.Status.FAILED));
        var whole = files.content.get(OUTCOME).length;
        for (var room = 0; room < whole; room++) {
            files.failAfter = room;

            assertThatThrownBy(() -> folder.close(outcome(Outcome.Status.FAILED)))
                    .hasMessageContaining("no space left");

            assertThat(files.content).as("room for %d bytes", room).doesNotContainKey(OUTCOME);
        }
        assertThat(whole).isGreaterThan(100);
    }

    @Test
    void anotherDriversOutcomeStandsWhereThisOnesHadNoRoom() throws IOException {
        folder.close(outcome(Outcome.Status.DONE));
        var done = files.content.remove(OUTCOME);
        files.failAfter = 20;
        files.meanwhile = (operation, path) -> {
            if (operation.equals("open")) {
                files.content.put(path, done);
            }
        };

        assertThatThrownBy(() -> folder.close(outcome(Outcome.Status.FAILED))).hasMessageContaining("no space left");

        assertThat(files.content).containsEntry(OUTCOME, done);
    }

    private interface Write {
        void now() throws IOException;
    }

    private static Outcome outcome(Outcome.Status status) {
        return new Outcome(
                "run", status, 0, "größer", 0, 0, 0, null, null, null, null, null, 0, 0, null, null, null, List.of(),
                0);
    }

    @Test
    void anotherRunsCutOffYamlIsNotClaimed() throws IOException {
        var cut = Arrays.copyOf(whole(), 100);
        cut[90] ^= 1;
        files.content.put(YAML, cut);

        assertThatThrownBy(() -> folder.check(CONFIG)).isInstanceOf(FiligreeException.class);
        assertThatThrownBy(() -> folder.claim(CONFIG)).isInstanceOf(FiligreeException.class);
        assertThat(files.content.get(YAML)).isEqualTo(cut);
    }
}
