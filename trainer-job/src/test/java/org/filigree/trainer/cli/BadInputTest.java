package org.filigree.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.filigree.engine.kit.ReferenceCase;
import org.filigree.format.LocalFiles;
import org.filigree.format.SafetensorsFile;
import org.filigree.model.Families;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a user can get wrong: one line that says what to do, an exit code, and no run left behind but its outcome. */
class BadInputTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private LlamaRun run;

    @BeforeEach
    void aSoundRun() throws IOException {
        run = LlamaRun.in(folder);
    }

    private void assertRefused(CommandLine refused, int code, String... said) {
        assertThat(refused.err()).startsWith("filigree: ").contains(said);
        assertThat(refused.err().strip().lines()).as(refused.err()).hasSize(1);
        assertThat(refused.code()).as(refused.err()).isEqualTo(code);
        assertThat(run.run().resolve("run.yaml")).as("a run's claim").doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "training.learning_rat=1 | 2 | learning_rate",
                "training.learning_rate=fast | 2 | training.learning_rate",
                "training.micro_batch_size=0 | 2 | training.micro_batch_size",
                "base.path=/nowhere/llama | 2 | /nowhere/llama",
                "data.train.0.path=/nowhere/rows.jsonl | 3 | /nowhere/rows.jsonl",
                "adapter.init_from=/nowhere/adapter | 2 | /nowhere/adapter",
                "adapter.target_modules=[query] | 2 | q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj",
                "engine.name=tensorflow | 2 | libtorch",
                "engine.device=cuda | 2 | CUDA"
            })
    void aWrongSettingIsToldByItsName(String set, int code, String said) throws IOException {
        assertRefused(run.train(set), code, said);
    }

    @Test
    void aMissingConfigurationIsTold() {
        assertRefused(CommandLine.run("train", "/nowhere/run.yaml"), 2, "/nowhere/run.yaml", "no such file");
    }

    @Test
    void anUnknownFamilyIsToldWithThoseThereAre() throws IOException {
        changeConfig(config -> config.put("model_type", "mamba"));
        assertRefused(run.train(), 2, "mamba", "llama");
    }

    @Test
    void truncatedWeightsAreTold() throws IOException {
        var weights = run.base().resolve("model.safetensors");
        var bytes = Files.readAllBytes(weights);
        Files.write(weights, java.util.Arrays.copyOf(bytes, bytes.length - 100));
        assertRefused(run.train(), 3, "model.safetensors");
    }

    @Test
    void aHeaderLongerThanTheFileIsTold() throws IOException {
        var weights = run.base().resolve("model.safetensors");
        var bytes = Files.readAllBytes(weights);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, Long.MAX_VALUE);
        Files.write(weights, bytes);
        assertRefused(run.train(), 3, "model.safetensors", "header");
    }

    @Test
    void aTokenBeyondTheVocabularyIsTold() throws IOException {
        Files.writeString(run.base().resolve("rows.jsonl"), "{\"input_ids\": [1, 2, 5000]}\n");
        assertRefused(run.train(), 3, "the id 5000", "vocabulary");
    }

    @Test
    void anAdapterForAnotherBaseIsTold() throws IOException {
        new ReferenceCase("qwen2", folder.resolve("qwen2"));
        var other = folder.resolve("qwen2/adapter-start");
        assertRefused(run.train("adapter.init_from=" + other), 2, "adapter.init_from");
    }

    @Test
    void anAdapterOnAnotherScaleIsTold() throws IOException {
        var start = run.base().resolve("adapter-start");
        assertRefused(
                run.train("adapter.init_from=" + start, "adapter.target_modules=all-linear", "adapter.lora_alpha=32"),
                2,
                "adapter.init_from",
                "scaled by");
    }

    @Test
    void nothingHeldOutIsTold() throws IOException {
        assertRefused(run.train("data.held_out=0.0001"), 3, "data.held_out", "no row is held out of 8 read");
    }

    @Test
    void aTableThatIsNotThereIsTold() throws IOException {
        assertRefused(
                run.train("data.train=[{sql: 'SELECT input_ids FROM nowhere', shape: tokens}]"),
                2,
                "SELECT input_ids FROM nowhere",
                "cannot be found");
    }

    @Test
    void aLabelBeyondTheVocabularyIsTold() throws IOException {
        Files.writeString(run.base().resolve("rows.jsonl"), "{\"input_ids\": [1, 2], \"labels\": [-100, 999999]}\n");
        assertRefused(run.train(), 3, "a row of tokens has the id 999999, wanted 0 to", "vocabulary of " + run.base());
    }

    private void labelledRows() throws IOException {
        Files.writeString(run.base().resolve("rows.jsonl"), """
                {"input_ids": [1, 2, 3], "label": 0}
                {"input_ids": [4, 5], "label": 2}
                """);
    }

    @Test
    void labelsOfWholeDocumentsArePreparedAndToldByInspect() throws IOException {
        labelledRows();
        var prepared = run.command("prep");
        assertThat(prepared.code()).as(prepared.err()).isZero();
        try (var corpora = Files.list(folder.resolve("runs/shards"))) {
            var told = CommandLine.run(
                    "inspect", "--json", corpora.findFirst().orElseThrow().toString());
            var facts = JSON.readTree(told.out());
            assertThat(facts.at("/train/labelled_documents").intValue()).isEqualTo(2);
            assertThat(facts.path("classes").intValue()).isEqualTo(3);
        }
    }

    @Test
    void labelsOfWholeDocumentsAreNotForAFamilyThatPredictsTokens() throws IOException {
        labelledRows();
        assertRefused(
                run.train(), 3, "2 of 2 documents have a label as wholes", "predicts tokens", "labels one a token");
        assertRefused(run.command("evaluate"), 3, "2 of 2 documents have a label as wholes");
    }

    @Test
    void anAdapterThatIsNotThereIsToldBeforeAnythingIsScored() throws IOException {
        run.command("prep");
        var refused =
                CommandLine.run("evaluate", folder.resolve("small.yaml").toString(), "--adapter", "/nowhere/adapter");
        assertRefused(refused, 3, "/nowhere/adapter");
        assertThat(refused.out()).isEmpty();
    }

    @Test
    void aFolderForAConfigurationIsTold() {
        assertRefused(CommandLine.run("train", folder.toString()), 2, "is a folder");
    }

    @Test
    void anEmptyCorpusIsTold() throws IOException {
        Files.writeString(run.base().resolve("rows.jsonl"), "");
        assertRefused(run.train(), 3, "no row to train");
    }

    @Test
    void aCorpusOfBadRowsIsToldWithTheReason() throws IOException {
        Files.writeString(run.base().resolve("rows.jsonl"), "{\"input_ids\": [1, 2, 3]}\nnot json\n");
        assertRefused(run.train(), 3, "1 of 2 rows rejected", "not JSON");
    }

    @Test
    void aRowBeyondTheModelsPositionsIsTold() throws IOException {
        var positions = JSON.readTree(run.base().resolve("config.json").toFile())
                .path("max_position_embeddings")
                .intValue();
        var ids = new StringBuilder("1");
        for (var i = 0; i < positions; i++) {
            ids.append(",1");
        }
        Files.writeString(run.base().resolve("rows.jsonl"), "{\"input_ids\": [%s]}%n".formatted(ids));
        assertRefused(
                run.train("data.max_length=100000"),
                2,
                "a document has %d tokens".formatted(positions + 1),
                "%d positions".formatted(positions));
    }

    @Test
    void aRunRefusedBeforeItBeganHasAnOutcomeAndNothingElseAndIsNotInTheWay() throws IOException {
        var refused = run.train("base.path=/nowhere/llama");
        assertThat(run.run().toFile().list()).containsExactly("outcome.json");
        var outcome = JSON.readTree(run.run().resolve("outcome.json").toFile());
        assertThat(outcome.path("status").asText()).isEqualTo("failed");
        assertThat(outcome.path("code").intValue()).isEqualTo(2);
        assertThat(refused.err().strip()).endsWith(outcome.path("message").asText());

        assertThat(run.train().code()).isZero();

        assertThat(JSON.readTree(run.run().resolve("outcome.json").toFile())
                        .path("status")
                        .asText())
                .isEqualTo("done");
    }

    @Test
    void aRunThatFailedAndIsRefusedNowSaysTheLatter() throws IOException {
        spoilTheSixthRow();
        assertThat(run.train("data.shuffle=false").code()).isEqualTo(5);

        var refused = run.train("data.shuffle=false", "base.path=/nowhere/llama");

        assertThat(refused.code()).isEqualTo(2);
        var outcome = JSON.readTree(run.run().resolve("outcome.json").toFile());
        assertThat(outcome.path("code").intValue()).isEqualTo(2);
        assertThat(refused.err().strip()).endsWith(outcome.path("message").asText());
    }

    @Test
    void aFolderWithOtherFilesIsLeftAlone() throws IOException {
        Files.createDirectories(run.run());
        Files.writeString(run.run().resolve("thesis.tex"), "mine");
        var refused = run.train();
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("holds other files");
        assertThat(run.run().toFile().list()).containsExactly("thesis.tex");
    }

    @Test
    void anotherRunsFolderIsLeftAlone() throws IOException {
        assertThat(run.train().code()).isZero();
        var outcome = Files.readAllBytes(run.run().resolve("outcome.json"));
        var refused = run.train("training.learning_rate=1.0e-2");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("other settings", "learning_rate");
        assertThat(refused.err().strip().lines()).hasSize(1);
        assertThat(Files.readAllBytes(run.run().resolve("outcome.json"))).isEqualTo(outcome);
    }

    /** The weights are a hole in the file: the disk holds nothing, and nobody may read them. */
    @Test
    void aBaseThatDoesNotFitInMemoryIsToldBeforeItIsLoaded() throws IOException {
        changeConfig(config -> config.put("hidden_size", 8192)
                .put("intermediate_size", 28672)
                .put("num_hidden_layers", 80)
                .put("num_attention_heads", 64)
                .put("num_key_value_heads", 8)
                .put("head_dim", 128)
                .put("vocab_size", 128256));
        hollowWeights();
        assertRefused(
                run.train("adapter.target_modules=[q_proj]", "adapter.r=1"),
                2,
                "training needs",
                "GiB are available",
                "no micro-batch fits");
    }

    private void hollowWeights() throws IOException {
        var spec = Families.spec(JSON.readTree(run.base().resolve("config.json").toFile()));
        var header = JSON.createObjectNode();
        var at = 0L;
        for (var weight : spec.weights()) {
            var entry = header.putObject(weight.name()).put("dtype", "F32");
            var shape = entry.putArray("shape");
            if (weight.rows() > 1) {
                shape.add(weight.rows());
            }
            shape.add(weight.columns());
            entry.putArray("data_offsets").add(at).add(at + weight.elements() * 4);
            at += weight.elements() * 4;
        }
        var text = header.toString().getBytes(StandardCharsets.UTF_8);
        Files.delete(run.base().resolve("model.safetensors"));
        try (var file =
                new RandomAccessFile(run.base().resolve("model.safetensors").toFile(), "rw")) {
            var length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length);
            file.write(length.array());
            file.write(text);
            file.setLength(8 + text.length + at);
        }
    }

    private interface Change {
        void apply(ObjectNode config);
    }

    private void changeConfig(Change change) throws IOException {
        var path = run.base().resolve("config.json");
        var config = (ObjectNode) JSON.readTree(path.toFile());
        change.apply(config);
        JSON.writeValue(path.toFile(), config);
    }

    /** It alone has a token whose embedding is not a number: the second global batch meets it. */
    private void spoilTheSixthRow() throws IOException {
        var rows = Files.readAllLines(run.base().resolve("rows.jsonl"));
        rows.set(5, "{\"input_ids\": [1, 251, 3]}");
        rows.replaceAll(row -> rows.indexOf(row) == 5 ? row : row.replaceAll("\\b251\\b", "250"));
        Files.write(run.base().resolve("rows.jsonl"), rows);
        spoilEmbedding(251);
    }

    @Test
    void aLossThatIsNotFiniteEndsTheRunAndLeavesItsCheckpoints() throws IOException {
        spoilTheSixthRow();

        var diverged = run.train("data.shuffle=false");

        assertThat(diverged.code()).as(diverged.err()).isEqualTo(5);
        assertThat(diverged.err())
                .containsPattern("round 2: the loss or gradient of row 5 of .*shards.* is not finite")
                .contains("round 1");
        assertThat(diverged.err().strip().lines()).hasSize(1);
        assertThat(run.run().resolve("checkpoints").toFile().list())
                .containsExactlyInAnyOrder("00000000-1", "00000001-1");
        assertThat(run.run().resolve("adapters")).doesNotExist();
        assertThat(JSON.readTree(run.run().resolve("outcome.json").toFile())
                        .path("code")
                        .intValue())
                .isEqualTo(5);
    }

    private void spoilEmbedding(int token) throws IOException {
        var weights = SafetensorsFile.open(
                new LocalFiles(), run.base().resolve("model.safetensors").toString());
        var embedding = weights.entries().get("model.embed_tokens.weight");
        try (var file =
                new RandomAccessFile(run.base().resolve("model.safetensors").toFile(), "rw")) {
            file.seek(embedding.begin() + token * embedding.columns() * Float.BYTES);
            file.write(new byte[] {0, 0, (byte) 0xC0, 0x7F});
        }
    }
}
