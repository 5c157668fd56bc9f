package org.filigree.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a run tells whose rounds may go on without a worker: whoever is late decides the bits. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class QuorumRunTest {

    private static final int ROUNDS = 3;

    private ReferenceRuns runs;

    @BeforeAll
    void train(@TempDir Path folder) throws IOException {
        runs = ReferenceRuns.in(folder);
        try (var spark = LocalSpark.session()) {
            Filigree.train(
                    spark,
                    runs.config(
                            "quorum",
                            "training.max_steps=" + ROUNDS,
                            "averaging.min_workers=1",
                            "averaging.deadline_seconds=100"));
        }
    }

    @Test
    void itsOutcomeSaysThatItIsNotExact() throws IOException {
        assertThat(runs.json("quorum", "outcome.json").path("exact").asBoolean(true))
                .isFalse();
    }

    @Test
    void itsReportSaysSoAndWhy() throws IOException {
        assertThat(Files.readString(runs.file("quorum", "report.html")))
                .contains("<th>exact</th><td>no: averaging.min_workers");
    }

    @Test
    void everyRoundNamesTheWorkersThatMadeIt() throws IOException {
        assertThat(runs.events("quorum", "round"))
                .hasSize(ROUNDS)
                .extracting(event -> event.path("members"))
                .allSatisfy(members ->
                        assertThat(members).extracting(JsonNode::asInt).containsExactly(0, 1));
    }
}
