package org.filigree.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.filigree.model.DataType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HuggingFaceWriterTest {

    private static final String TIED = FolderBuilder.LLAMA.replace(
            "\"bos_token_id\"", "\"tie_word_embeddings\": true, \"_name_or_path\": \"/home/me/x\", \"bos_token_id\"");

    @TempDir
    Path root;

    private HuggingFaceFolder source;
    private Path target;

    @BeforeEach
    void aSource() throws IOException {
        source = FolderBuilder.write(root.resolve("source"), TIED);
        Files.writeString(root.resolve("source/tokenizer.json"), "{\"a\": 1}");
        target = root.resolve("target");
    }

    private HuggingFaceFolder written(DataType type) throws IOException {
        new HuggingFaceWriter(new LocalFiles())
                .write(
                        target.toString(),
                        source,
                        type,
                        name -> source.read(name).floats());
        return HuggingFaceFolder.open(new LocalFiles(), target.toString());
    }

    @ParameterizedTest
    @CsvSource({"FLOAT32, float32", "BFLOAT16, bfloat16", "FLOAT16, float16"})
    void aFolderIsWrittenInTheTypeAskedFor(DataType type, String name) throws IOException {
        var read = written(type);
        assertThat(read.storedType()).isEqualTo(type);
        assertThat(read.config().path("torch_dtype").asText()).isEqualTo(name);
        assertThat(read.config().has("_name_or_path")).isFalse();
        assertThat(read.spec()).usingRecursiveComparison().isEqualTo(source.spec());
        assertThat(target.resolve("tokenizer.json")).hasContent("{\"a\": 1}");
        for (var weight : source.spec().weights()) {
            assertThat(read.read(weight.name()).floats())
                    .isEqualTo(source.read(weight.name()).floats());
        }
    }

    @Test
    void aTiedHeadStaysTiedAndAVectorStaysAVector() throws IOException {
        written(DataType.BFLOAT16);
        var file = SafetensorsFile.open(
                new LocalFiles(), target.resolve("model.safetensors").toString());
        assertThat(file.entries()).containsKey("model.embed_tokens.weight").doesNotContainKey("lm_head.weight");
        assertThat(file.entries().get("model.norm.weight").shape()).containsExactly(8);
    }

    @Test
    void aNewerConfigsDtypeIsTheOneAdjusted() throws IOException {
        source = FolderBuilder.write(root.resolve("newer"), TIED.replace("torch_dtype", "dtype"));
        var config = written(DataType.FLOAT16).config();
        assertThat(config.path("dtype").asText()).isEqualTo("float16");
        assertThat(config.has("torch_dtype")).isFalse();
    }

    @Test
    void aValueThatDoesNotFitIsRefusedAndNothingIsLeft() {
        assertThatThrownBy(() -> new HuggingFaceWriter(new LocalFiles())
                        .write(target.toString(), source, DataType.FLOAT16, name -> {
                            var values = source.read(name).floats();
                            values[values.length - 1] = 70_000;
                            return values;
                        }))
                .isInstanceOf(FormatException.class)
                .hasMessage("model.embed_tokens.weight: 70000.0 is too large for FLOAT16; float32 holds it");
        assertThat(target).isEmptyDirectory();
    }

    @Test
    void aFileInTheWayIsLeftAsItWas() throws IOException {
        Files.createDirectories(target);
        Files.writeString(target.resolve("config.json"), "mine");
        assertThatThrownBy(() -> written(DataType.FLOAT32)).isInstanceOf(FileAlreadyExistsException.class);
        assertThat(target.resolve("config.json")).hasContent("mine");
        assertThat(new LocalFiles().list(target.toString())).containsExactly("config.json");
    }
}
