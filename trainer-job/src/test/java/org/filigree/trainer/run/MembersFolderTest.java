package org.filigree.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class MembersFolderTest {

    private final MemoryTree files = new MemoryTree();

    private MembersFolder driver(long epoch) {
        return new MembersFolder(files, "run", epoch);
    }

    @Test
    void aLaterDriverFindsTheMembersOfARoundAndOfNoOther() {
        driver(1).are(7, List.of(0, 2));
        assertThat(driver(2).of(7)).contains(List.of(0, 2));
        assertThat(driver(2).of(8)).isEmpty();
        assertThat(driver(2).of(70000000)).isEmpty();
    }

    @Test
    void ofTwoDriversTheNewerCounts() {
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
}
