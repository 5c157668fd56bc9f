package org.filigree.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import org.filigree.model.DataType;
import org.filigree.model.UnsupportedModelException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HuggingFaceFolderTest {

    private static final String GPT2 = """
            {"model_type": "gpt2", "vocab_size": 5, "n_positions": 3, "n_embd": 4, "n_layer": 1, "n_head": 2,
             "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5}
            """;

    @TempDir
    Path folder;

    private HuggingFaceFolder open() throws IOException {
        return HuggingFaceFolder.open(new LocalFiles(), folder.toString());
    }

    @Test
    void weightsSavedWithoutTheModelsPrefixAreFound() throws IOException {
        var tensors = new TreeMap<String, SafetensorsWriter.Tensor>();
        FolderBuilder.tensors(GPT2).forEach((name, tensor) -> tensors.put(name.replace("transformer.", ""), tensor));
        var base = FolderBuilder.write(folder, GPT2, tensors);
        assertThat(tensors).containsKey("wte.weight");
        assertThat(base.read("transformer.wte.weight").rows()).isEqualTo(5);
    }

    @Test
    void aFolderSaysWhatItIs() throws IOException {
        var base = FolderBuilder.write(folder, FolderBuilder.LLAMA);
        Files.writeString(folder.resolve("tokenizer.json"), "{}");
        Files.writeString(folder.resolve("merges.txt"), "");
        Files.writeString(folder.resolve("README.md"), "");
        assertThat(base.config().path("hidden_size").intValue()).isEqualTo(8);
        assertThat(base.eosTokenId()).hasValue(2);
        assertThat(base.bosTokenId()).hasValue(1);
        assertThat(base.padTokenId()).isEmpty();
        assertThat(base.storedType()).isEqualTo(DataType.FLOAT32);
        assertThat(base.tokenizerFiles()).containsExactly("tokenizer.json", "merges.txt");
        // Embedding and head, four square projections, three of the MLP, three norms.
        assertThat(base.parameters()).isEqualTo(2 * 16 * 8 + 4 * 64 + 3 * 96 + 3 * 8);
    }

    @Test
    void generationConfigWinsAndMayNameSeveralEndTokens() throws IOException {
        FolderBuilder.write(folder, FolderBuilder.LLAMA);
        Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": [5, 7], \"pad_token_id\": 0}");
        var base = open();
        assertThat(base.eosTokenIds()).containsExactly(5, 7);
        assertThat(base.eosTokenId()).hasValue(5);
        assertThat(base.bosTokenId()).hasValue(1);
        assertThat(base.padTokenId()).hasValue(0);
        assertThat(base.tokenizerFiles()).containsExactly("generation_config.json");
    }

    @Test
    void anEndTokenThatIsNoNumberIsRefused() throws IOException {
        FolderBuilder.write(folder, FolderBuilder.LLAMA);
        Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": \"</s>\"}");
        assertThatThrownBy(this::open)
                .hasMessage(folder + "/generation_config.json: eos_token_id is \"</s>\", wanted a token's number");
    }

    @Test
    void theFingerprintIsTheMakesAndNotThePlaces() throws IOException {
        var one = FolderBuilder.write(folder.resolve("one"), FolderBuilder.LLAMA);
        var copy = FolderBuilder.write(folder.resolve("copy"), FolderBuilder.LLAMA);
        var other = FolderBuilder.write(folder.resolve("other"), FolderBuilder.LLAMA.replace("1,\n", "1, \n"));
        assertThat(one.fingerprint()).hasSize(64).isEqualTo(copy.fingerprint()).isNotEqualTo(other.fingerprint());
    }

    @Test
    void shardsAreReadAsOne() throws IOException {
        var tensors = FolderBuilder.tensors(FolderBuilder.LLAMA);
        var whole = FolderBuilder.write(folder.resolve("whole"), FolderBuilder.LLAMA);
        Files.writeString(folder.resolve("config.json"), FolderBuilder.LLAMA);
        FolderBuilder.writeTensors(folder.resolve("a.safetensors"), tensors.headMap("model.layers"));
        FolderBuilder.writeTensors(folder.resolve("b.safetensors"), tensors.tailMap("model.layers"));
        Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                "{\"weight_map\": {\"x\": \"a.safetensors\", \"y\": \"b.safetensors\"}}");
        var base = open();
        for (var weight : base.spec().weights()) {
            assertThat(base.read(weight.name()).floats())
                    .isEqualTo(whole.read(weight.name()).floats());
        }
        Files.delete(folder.resolve("b.safetensors"));
        assertThatThrownBy(this::open).hasMessageContaining("b.safetensors: no such file");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "../a.safetensors|wanted a safetensors file beside it",
                "a.bin|wanted a safetensors file beside it",
            })
    void anIndexCannotLeadOutOfItsFolder(String name, String wanted) throws IOException {
        Files.writeString(folder.resolve("config.json"), FolderBuilder.LLAMA);
        Files.writeString(
                folder.resolve("model.safetensors.index.json"), "{\"weight_map\": {\"x\": \"%s\"}}".formatted(name));
        assertThatThrownBy(this::open)
                .isInstanceOf(FormatException.class)
                .hasMessageContainingAll(folder.toString(), name, wanted);
    }

    @Test
    void aTensorInTwoShardsIsRefused() throws IOException {
        var tensors = FolderBuilder.tensors(FolderBuilder.LLAMA);
        Files.writeString(folder.resolve("config.json"), FolderBuilder.LLAMA);
        FolderBuilder.writeTensors(folder.resolve("a.safetensors"), tensors);
        FolderBuilder.writeTensors(folder.resolve("b.safetensors"), tensors.tailMap("model.norm.weight"));
        Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                "{\"weight_map\": {\"x\": \"a.safetensors\", \"y\": \"b.safetensors\"}}");
        assertThatThrownBy(this::open)
                .hasMessageContaining("b.safetensors: tensor model.norm.weight stands in " + folder + "/a.safetensors");
    }

    @Test
    void aMissingWeightAndOneOfAnotherShapeAreNamed() throws IOException {
        var tensors = FolderBuilder.tensors(FolderBuilder.LLAMA);
        var norm = tensors.remove("model.norm.weight");
        assertThatThrownBy(() -> FolderBuilder.write(folder, FolderBuilder.LLAMA, tensors))
                .hasMessage(folder + ": no weight model.norm.weight");
        tensors.put("model.norm.weight", new SafetensorsWriter.Tensor(new long[] {7}, new float[7], 0, 7));
        assertThat(norm.shape()).containsExactly(8);
        assertThatThrownBy(() -> FolderBuilder.write(folder, FolderBuilder.LLAMA, tensors))
                .hasMessageContaining("model.norm.weight is [1, 7], config.json wants [1, 8]");
    }

    @Test
    void whatIsNoModelFolderIsRefusedInOneLine() throws IOException {
        assertThatThrownBy(this::open).hasMessageContaining("config.json: no such file");
        Files.writeString(folder.resolve("config.json"), "{\"a\": 1,\n \"a\": 2}");
        assertThatThrownBy(this::open)
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("config.json: not sound JSON: line 2")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"lama\"}");
        assertThatThrownBy(this::open)
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageStartingWith(folder + "/config.json: model_type is 'lama'");
        Files.writeString(folder.resolve("config.json"), FolderBuilder.LLAMA);
        assertThatThrownBy(this::open)
                .hasMessage(folder + ": neither model.safetensors nor model.safetensors.index.json");
    }
}
