package org.filigree.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.filigree.config.FiligreeException;
import org.filigree.trainer.telemetry.LoggedLines;
import org.junit.jupiter.api.Test;

class MembersFolderTest {

    private final MemoryTree files = new MemoryTree();

    private MembersFolder driver(long epoch) throws IOException {
        return new MembersFolder(files, "run", epoch);
    }

    @Test
    void aLaterDriverFindsTheMembersOfARoundAndOfNoOther() throws IOException {
        driver(1).are(7, List.of(0, 2));
        assertThat(driver(2).of(7)).contains(List.of(0, 2));
        assertThat(driver(2).of(8)).isEmpty();
        assertThat(driver(2).of(70000000)).isEmpty();
    }

    @Test
    void ofTwoDriversTheNewerCounts() throws IOException {
        driver(10).are(7, List.of(0, 1));
        driver(9).are(7, List.of(1, 2));
        assertThat(driver(11).of(7)).contains(List.of(0, 1));
    }

    @Test
    void membersCutOffWhileTheyWereWrittenAreNone() throws IOException {
        driver(1).are(7, List.of(1, 2));
        files.failAfter = 9;
        assertThatThrownBy(() -> driver(2).are(7, List.of(0, 1))).isInstanceOf(UncheckedIOException.class);
        assertThat(files.list("run/members")).hasSize(2);
        assertThat(driver(3).of(7)).contains(List.of(1, 2));
    }

    @Test
    void thoseOfRoundsThatEveryKeptCheckpointHoldsAreRemoved() throws IOException {
        driver(1).are(1, List.of(0, 1));
        var second = driver(2);
        for (var round = 2; round <= 6; round++) {
            second.are(round, List.of(0, 1));
            if (round % 2 == 0) {
                second.saved(round, 2);
            }
        }
        assertThat(files.list("run/members")).containsExactly("00000001-1.json", "00000005-2.json", "00000006-2.json");
    }

    @Test
    void membersRemovedSinceTheFolderWasListedAreNotTakenForNone() throws IOException {
        driver(1).are(7, List.of(0, 2));
        var second = driver(2);
        files.delete("run/members/00000007-1.json");
        assertThatThrownBy(() -> second.of(7))
                .satisfies(failure -> assertThat(Failures.explained(failure))
                        .hasMessageContaining("gone since it was listed")
                        .extracting(FiligreeException::code)
                        .isEqualTo(FiligreeException.Code.RETRY));
    }

    @Test
    void aDiskThatRemovesNothingEndsNoRunAndIsToldOnce() throws IOException {
        files.meanwhile = (operation, path) -> {
            if (operation.equals("delete")) {
                files.faults++;
                throw new IOException(path + ": read-only");
            }
        };
        var driver = driver(1);
        try (var log = new LoggedLines()) {
            for (var round = 1; round <= 3; round++) {
                driver.are(round, List.of(0, 1));
                driver.saved(round, 1);
            }
            assertThat(log.of(Housekeeping.class)).hasSize(1);
        }
        assertThat(files.faults).isEqualTo(3);
    }
}
