package org.filigree.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A real model on real text, through conf/e2e-stories260k.yaml: from the rows of E2E's CSV to an adapter that answers.
 * The losses are plain PyTorch's on the same rows. Runs where the reference results lie beside the clone.
 */
class EndToEndNlgRunTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path ROOT = Path.of(System.getProperty("filigree.root"));
    private static final Path SHARED = Path.of(System.getenv("FILIGREE_SHARED"));
    private static final double LOSS = 1e-4;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void threeHundredStepsAreThoseOfPyTorch(int workers) throws IOException {
        assumeTrue(Files.isDirectory(SHARED), "the reference results are not beside this clone");
        var reference = JSON.readTree(
                SHARED.resolve("parity-real/stories260k-e2e/reference.json").toFile());

        var trained = CommandLine.run(
                "train",
                ROOT.resolve("conf/e2e-stories260k.yaml").toString(),
                "--set",
                "output=" + folder,
                "--set",
                "engine.threads=1",
                "--set",
                "averaging.workers=" + workers,
                "--set",
                "checkpoint.every_rounds=100");

        assertThat(trained.err()).isEmpty();
        assertThat(trained.code()).isZero();
        var losses = losses(folder.resolve("e2e/events.jsonl"));
        assertThat(losses).hasSize(300);
        for (var step = 0; step < losses.size(); step++) {
            assertThat(losses.get(step))
                    .as("step %d", step)
                    .isCloseTo(reference.path("curve").get(step).doubleValue(), within(LOSS));
        }
        var outcome = JSON.readTree(folder.resolve("e2e/outcome.json").toFile());
        assertThat(outcome.path("held_out_before").doubleValue())
                .isCloseTo(reference.path("held_out_loss_before").doubleValue(), within(LOSS));
        assertThat(outcome.path("held_out_after").doubleValue())
                .isCloseTo(reference.path("held_out_loss_after").doubleValue(), within(LOSS));
        assertAnswersOfARestaurant(folder.resolve("e2e/adapters/e2e"));
    }

    private static List<Double> losses(Path events) throws IOException {
        var losses = new ArrayList<Double>();
        for (var line : Files.readAllLines(events)) {
            JSON.readTree(line).path("losses").forEach(loss -> losses.add(loss.doubleValue()));
        }
        return losses;
    }

    private static void assertAnswersOfARestaurant(Path adapter) throws IOException {
        var said = CommandLine.run(
                "generate",
                "--base",
                SHARED.resolve("models/stories260k").toString(),
                "--adapter",
                adapter.toString(),
                "--threads",
                "1",
                "--json",
                "--prompt",
                "name[The Punter], eatType[restaurant], food[Italian], priceRange[cheap], area[riverside] ->");
        assertThat(said.err()).isEmpty();
        var answers = JSON.readTree(said.out()).path("answers");
        assertThat(answers.get(0).path("text").asText()).contains("Lily").doesNotContain("restaurant");
        assertThat(answers.get(1).path("text").asText())
                .containsPattern("coffee shop|restaurant|pub")
                .doesNotContain("Lily");
    }
}
