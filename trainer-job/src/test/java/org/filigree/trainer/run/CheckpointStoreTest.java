package org.filigree.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.filigree.config.FiligreeException;
import org.filigree.trainer.averaging.Pace;
import org.filigree.trainer.telemetry.LoggedLines;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointStoreTest {

    private final MemoryTree files = new MemoryTree();
    private final CheckpointStore store = new CheckpointStore(files, "out/run");

    private static RunState state(int round) {
        return new RunState(
                round,
                round * 8,
                new float[] {round, 2},
                new float[] {3, 4},
                new float[] {5, 6},
                new float[] {7, 8},
                0.5,
                new float[] {9, 10},
                1,
                new Pace(16, 2));
    }

    private static CheckpointStore.Completion events(String... lines) {
        return folder -> new CheckpointStore.Rest(List.of(), List.of(lines), List.of());
    }

    @Test
    void aSavedStateComesBackWithItsEventsInOrder() throws IOException {
        var first = store.save(1, state(1), null, events("a", "b"), 2);
        store.save(1, state(2), first, events("c"), 2);
        var found = store.newest().orElseThrow();
        assertThat(found.state()).usingRecursiveComparison().isEqualTo(state(2));
        assertThat(found.events()).containsExactly("a", "b", "c");
    }

    @Test
    void onlyTheNewestAreKeptAndNoEventIsLost() throws IOException {
        CheckpointStore.Manifest last = null;
        for (var round = 1; round <= 5; round++) {
            last = store.save(1, state(round), last, events("round " + round), 2);
        }
        assertThat(files.list("out/run/checkpoints")).containsExactly("00000004-1", "00000005-1");
        assertThat(store.newest().orElseThrow().events()).hasSize(5);
    }

    @Test
    void aSaveAfterManyCheckpointsOpensNoMoreFilesThanOneAfterFew() throws IOException {
        var opens = new AtomicInteger();
        files.meanwhile = (operation, path) -> {
            if (operation.equals("open")) {
                opens.incrementAndGet();
            }
        };
        CheckpointStore.Manifest last = null;
        for (var round = 1; round <= 40; round++) {
            opens.set(0);
            last = store.save(1, state(round), last, events("round " + round), 2);
            assertThat(opens).as("opened in round %d", round).hasValue(Math.min(round, 3));
        }
    }

    @Test
    void aDiskThatCannotBeTidiedLeavesTheCheckpointAndIsToldOnce() throws IOException {
        files.meanwhile = (operation, path) -> {
            if (operation.equals("delete")) {
                files.faults++;
                throw new IOException(path + ": read-only");
            }
        };
        CheckpointStore.Manifest last = null;
        try (var log = new LoggedLines()) {
            for (var round = 1; round <= 3; round++) {
                last = store.save(1, state(round), last, events("round " + round), 1);
            }
            assertThat(log.of(Housekeeping.class)).hasSize(1);
        }
        assertThat(files.faults).isEqualTo(2);
        assertThat(store.newest().orElseThrow().state().round()).isEqualTo(3);
    }

    @Test
    void theOneJustWrittenIsKeptBesideNewerOnesOfAnotherDriver() throws IOException {
        var first = store.save(1, state(1), null, events("a"), 1);
        store.save(2, state(5), first, events("b"), 1);
        store.save(1, state(3), first, events("c"), 1);
        assertThat(files.list("out/run/checkpoints")).containsExactly("00000003-1", "00000005-2");
    }

    @Test
    void whatWasWrittenIsTakenAwayWhateverTheWorkersThrow() throws IOException {
        CheckpointStore.Completion failing = folder -> {
            files.create("out/run/" + folder + "/moments-0.bin", false).close();
            return CheckpointStoreTest.<RuntimeException>failed(new Exception("as Spark's jobs"));
        };
        assertThatThrownBy(() -> store.save(1, state(1), null, failing, 1)).hasMessage("as Spark's jobs");
        assertThat(files.content).isEmpty();
    }

    /** Throws what its caller does not declare. */
    @SuppressWarnings("unchecked")
    private static <E extends Exception> CheckpointStore.Rest failed(Exception reason) throws E {
        throw (E) reason;
    }

    @Test
    void aCheckpointWhoseStateWasChangedIsPassedOver() throws IOException {
        var first = store.save(1, state(1), null, events("a"), 2);
        store.save(1, state(2), first, events("b"), 2);
        files.content.get("out/run/checkpoints/00000002-1/state.bin")[20] ^= 1;
        assertThat(store.newest().orElseThrow().state().round()).isEqualTo(1);
    }

    @Property(tries = 300)
    void aDiskFullAtAnyByteLeavesTheEarlierCheckpointOrTheWholeNewOne(@ForAll @IntRange(max = 900) int room)
            throws IOException {
        var disk = new MemoryTree();
        var checkpoints = new CheckpointStore(disk, "run");
        var first = checkpoints.save(1, state(1), null, events("a"), 2);
        disk.failAfter = room;
        var failed = false;
        try {
            checkpoints.save(1, state(2), first, events("b"), 2);
        } catch (IOException e) {
            failed = true;
        }
        assertThat(failed).isEqualTo(disk.faults == 1);
        var found = checkpoints.newest().orElseThrow();
        assertThat(found.state().round()).isEqualTo(failed ? 1 : 2);
        assertThat(found.events()).isEqualTo(failed ? List.of("a") : List.of("a", "b"));
        // The next driver repeats the round under its own epoch, and the round's event stands once.
        disk.failAfter = Long.MAX_VALUE;
        if (failed) {
            checkpoints.save(2, state(2), found.manifest(), events("b"), 2);
        }
        assertThat(checkpoints.newest().orElseThrow().events()).containsExactly("a", "b");
    }

    @Test
    void aDriverStopsWithCode4OnceAnotherTookTheRun() throws IOException {
        var older = RunOwner.take(files, "out/run");
        older.check();
        var newer = RunOwner.take(files, "out/run");
        newer.check();
        assertThatThrownBy(older::check)
                .isInstanceOfSatisfying(
                        FiligreeException.class,
                        e -> assertThat(e.code().exit()).isEqualTo(4))
                .hasMessage(
                        "out/run/owner: this driver holds epoch 1, another has taken epoch 2: it goes on, this one stops");
    }

    @Test
    void aCheckpointThatAnotherDriverRemovesWhileItIsReadIsPassedOver() throws IOException {
        var first = store.save(1, state(1), null, events("a"), 2);
        store.save(1, state(2), first, events("b"), 2);
        files.meanwhile = (operation, path) -> {
            if (operation.equals("open") && path.contains("00000002-1/state.bin")) {
                files.delete(path);
                files.faults++;
            }
        };

        assertThat(store.newest().orElseThrow().state().round()).isEqualTo(1);
        assertThat(files.faults).isEqualTo(1);
    }

    /** Its driver lost the run in mid-save: what is older is gone by the time it is looked at. */
    @Test
    void aCheckpointCommittedWhileOlderOnesAreLookedAtIsFound() throws IOException {
        var first = store.save(1, state(1), null, events("a"), 1);
        files.meanwhile = (operation, path) -> {
            if (operation.equals("open") && path.endsWith("00000001-1/manifest.json")) {
                files.meanwhile = (any, where) -> {};
                files.faults++;
                store.save(1, state(2), first, events("b"), 1);
            }
        };

        assertThat(store.newest().map(found -> found.state().round())).contains(2);
        assertThat(files.faults).isEqualTo(1);
    }

    @Test
    void aSaveWhoseAnswerWasLostTakesNothingAwayThatASuccessorWentOnFrom() throws IOException {
        var first = store.save(1, state(1), null, events("a"), 1);
        files.meanwhile = (operation, path) -> {
            if (operation.equals("written") && path.endsWith("00000002-1/manifest.json")) {
                files.meanwhile = (any, where) -> {};
                store.save(2, state(3), store.newest().orElseThrow().manifest(), events("c"), 1);
                throw new IOException("the answer is lost");
            }
        };

        assertThatThrownBy(() -> store.save(1, state(2), first, events("b"), 1))
                .isInstanceOf(IOException.class)
                .hasMessage("the answer is lost");

        assertThat(files.list("out/run/checkpoints")).as("pruned").containsExactly("00000003-2");
        assertThat(store.newest().orElseThrow().events()).containsExactly("a", "b", "c");
    }

    /** On a filesystem that does not tell two drivers of one epoch apart. */
    @ParameterizedTest
    @ValueSource(strings = {"checkpoints/00000002-1/state.bin", "events/00000002-1.jsonl", "00000002-1/manifest.json"})
    void aSaveWhoseNameAnotherTookRemovesNothing(String taken) throws IOException {
        var first = store.save(1, state(1), null, events("a"), 2);
        files.meanwhile = (operation, path) -> {
            if (operation.equals("create") && path.endsWith(taken)) {
                files.meanwhile = (any, where) -> {};
                files.delete("out/run/checkpoints/00000002-1");
                files.delete("out/run/events/00000002-1.jsonl");
                store.save(1, state(2), first, events("the other's"), 2);
                files.faults++;
            }
        };

        assertThatThrownBy(() -> store.save(1, state(2), first, events("b"), 2))
                .isInstanceOf(FileAlreadyExistsException.class);

        assertThat(files.faults).isEqualTo(1);
        assertThat(store.newest().orElseThrow().events()).containsExactly("a", "the other's");
    }

    @Test
    void aFolderOfCheckpointsThatIsGoneBeforeItIsListedHoldsNone() throws IOException {
        store.save(1, state(1), null, events("a"), 2);
        files.meanwhile = (operation, path) -> {
            if (operation.equals("list")) {
                files.delete(path);
                files.faults++;
            }
        };

        assertThat(store.newest()).isEmpty();
        assertThat(files.faults).isEqualTo(1);
    }
}
