package org.filigree.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.filigree.model.DataType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MappableWeightsTest {

    /** An embedding of more than one piece; norms of 32 bytes, which is no multiple of 64. */
    private static final String LARGE = FolderBuilder.LLAMA.replace("\"vocab_size\": 16", "\"vocab_size\": 70001");

    @TempDir
    private Path root;

    private HuggingFaceFolder source;

    @BeforeEach
    void write() throws IOException {
        source = FolderBuilder.write(root.resolve("source"), LARGE);
    }

    /** A folder with the weights of another in that type. */
    private HuggingFaceFolder converted(String name, MappableWeights weights) throws IOException {
        var folder = Files.createDirectories(root.resolve(name));
        Files.writeString(folder.resolve("config.json"), LARGE);
        try (var out = Files.newOutputStream(folder.resolve(MappableWeights.NAME))) {
            weights.write(out);
        }
        return HuggingFaceFolder.open(new LocalFiles(), folder.toString());
    }

    private static String digest(HuggingFaceFolder folder) {
        var digest = new WeightsDigest();
        folder.spec().weights().forEach(weight -> digest.add(weight.name(), folder.read(weight.name())));
        return digest.hex();
    }

    private static String written(HuggingFaceFolder folder, DataType type) throws IOException {
        try (var out = java.io.OutputStream.nullOutputStream()) {
            return new MappableWeights(folder, type).write(out);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyWeightIsThereInTheTypeAskedFor(DataType type) throws IOException {
        var weights = new MappableWeights(source, type);
        var copy = converted("copy", weights);
        assertThat(root.resolve("copy/" + MappableWeights.NAME)).hasSize(weights.bytes());
        for (var weight : source.spec().weights()) {
            var read = copy.read(weight.name());
            assertThat(read.type()).isEqualTo(type);
            assertThat(copy.shape(weight.name())).isEqualTo(source.shape(weight.name()));
            assertThat(read.floats())
                    .as(weight.name())
                    .isEqualTo(source.read(weight.name()).floats());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatCanLieAtMultiplesOf64BytesDoes(DataType type) throws IOException {
        var copy = converted("copy", new MappableWeights(source, type));
        var byLength = source.spec().weights().stream()
                .map(weight -> copy.entry(weight.name()))
                .collect(Collectors.partitioningBy(entry -> (entry.end() - entry.begin()) % 64 == 0));
        assertThat(byLength.get(true)).isNotEmpty().allMatch(entry -> entry.begin() % 64 == 0);
        if (type != DataType.FLOAT64) {
            assertThat(byLength.get(false)).as("odd ones").isNotEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theDigestIsTheSourcesWhateverTheType(DataType type) throws IOException {
        assertThat(written(source, type)).hasSize(64).isEqualTo(digest(source));
        var narrow = converted("narrow", new MappableWeights(source, DataType.BFLOAT16));
        assertThat(written(narrow, type)).isEqualTo(digest(narrow)).isNotEqualTo(digest(source));
    }

    /** Java maps less than 2 GiB at once; an engine may well hold more. */
    @Test
    void aWeightThatWouldBeTooLargeToMapStaysAsItIsStored() throws IOException {
        var narrow = converted("narrow", new MappableWeights(source, DataType.BFLOAT16));
        var embedding = "model.embed_tokens.weight";
        var most = narrow.read(embedding).data().remaining();
        var copy = converted("copy", new MappableWeights(narrow, DataType.FLOAT32, most));
        assertThat(copy.read(embedding).type()).isEqualTo(DataType.BFLOAT16);
        assertThat(copy.read("model.norm.weight").type()).isEqualTo(DataType.FLOAT32);
        assertThat(copy.read(embedding).floats())
                .isEqualTo(narrow.read(embedding).floats());
    }
}
