package org.filigree.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import org.filigree.format.HuggingFaceFolder;
import org.filigree.format.LocalFiles;
import org.filigree.format.SafetensorsFile;
import org.filigree.text.TokenizerProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MaterialTest {

    private static final Path COMMITTED = Path.of(System.getProperty("filigree.root"), "quickstart");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Test
    void theSameSeedMakesTheSameDocumentsAndAnotherSeedOthers() {
        var documents = new EverydayCorpus(7).documents(50).toList();
        assertThat(new EverydayCorpus(7).documents(50).toList()).isEqualTo(documents);
        assertThat(new EverydayCorpus(8).documents(50).toList()).isNotEqualTo(documents);
        assertThat(new HashSet<>(documents)).hasSizeGreaterThan(40);
    }

    @Test
    void theCommittedRowsOfTheAdaptersAreWhatTheGeneratorWrites() throws IOException {
        Material.writeAdapterRows(folder);
        try (var made = Files.list(folder)) {
            var files = made.toList();
            assertThat(files).hasSize(4);
            for (var file : files) {
                assertThat(file)
                        .hasSameTextualContentAs(COMMITTED.resolve("data").resolve(file.getFileName()));
            }
        }
    }

    @Test
    void noHeldOutDocumentStandsInTheTrainingCorpus() throws IOException {
        Material.writeCorpus(folder);
        var training = Files.readAllLines(folder.resolve("everyday.jsonl"));
        var heldOut = Files.readAllLines(folder.resolve("everyday.held-out.jsonl"));
        assertThat(training).hasSize(Material.DOCUMENTS);
        assertThat(heldOut).hasSize(Material.HELD_OUT_DOCUMENTS).doesNotContainAnyElementsOf(training);
    }

    @Test
    void everyTicketsRouteIsJsonWhoseItemTheTicketNames() throws IOException {
        for (var line : Files.readAllLines(COMMITTED.resolve("data/tickets.jsonl"))) {
            var row = JSON.readTree(line);
            var route = JSON.readTree(row.path("completion").asText());
            assertThat(List.of("repairs", "delivery", "billing", "returns"))
                    .contains(route.path("team").asText());
            assertThat(row.path("prompt").asText()).contains(route.path("item").asText());
        }
    }

    @Test
    void theStartingBaseIsAModelFolderWhoseTokenizerFits() throws IOException {
        Material.writeStart(folder);
        var model = HuggingFaceFolder.open(new LocalFiles(), folder.toString());
        try (var tokenizer = TokenizerProvider.load().create(Files.readAllBytes(folder.resolve("tokenizer.json")))) {
            assertThat(tokenizer.size()).isEqualTo(model.spec().vocabulary());
        }
        var weights = SafetensorsFile.open(
                new LocalFiles(), folder.resolve("model.safetensors").toString());
        assertThat(weights.floats("model.norm.weight")).containsOnly(1);
        var squares = 0.0;
        var embedding = weights.floats("model.embed_tokens.weight");
        for (var value : embedding) {
            squares += value * value;
        }
        assertThat(Math.sqrt(squares / embedding.length)).isBetween(0.0198, 0.0202);
    }
}
