package org.filigree.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.filigree.dataprep.shard.ShardManifest;
import org.filigree.engine.kit.ReferenceCase;
import org.filigree.format.LocalFiles;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Positions restart with each document, so a packed row may have more tokens than the model has positions. */
class LongPackedRowTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"llama", "gpt2"})
    void aRowOfShortDocumentsMayBeLongerThanTheModelsPositions(String family) throws IOException {
        var model = new ReferenceCase(family, folder.resolve(family)).model();
        var positions = model.spec().maxPositions();
        var length = positions * 3 / 4;
        Files.writeString(folder.resolve("rows.jsonl"), document(1, length) + document(2, length));

        var packed = loss(family, "packed", 2 * positions, true);
        var alone = loss(family, "alone", positions, false);

        var shards = ShardManifest.read(new LocalFiles(), corpus("packed")).train();
        assertThat(shards.rows()).isEqualTo(1);
        assertThat(shards.longest()).isEqualTo(2 * length).isGreaterThan(positions);
        assertThat(shards.longestDocument()).isEqualTo(length);
        assertThat(packed).isCloseTo(alone, within(1e-5));
    }

    private static String document(int first, int length) {
        return IntStream.range(0, length)
                .mapToObj(i -> Integer.toString((first + 7 * i) % 64))
                .collect(Collectors.joining(",", "{\"input_ids\": [", "]}\n"));
    }

    /** Of the first step, whose global batch is the whole corpus. */
    private double loss(String family, String run, int maxLength, boolean packing) throws IOException {
        var file = Files.writeString(folder.resolve(run + ".yaml"), """
                run: %s
                output: %s
                base: {path: %s, name: reference/base}
                engine: {threads: 1}
                data: {train: [{path: %s, shape: tokens}], max_length: %d, packing: %s, shards: %s}
                adapter: {r: 2, lora_alpha: 4, target_modules: all-linear}
                training: {max_steps: 1, global_batch_size: %d, micro_batch_size: 1, learning_rate: 1.0e-3}
                averaging: {workers: 1, exchange: gradients}
                """.formatted(
                        run,
                        folder.resolve("runs"),
                        folder.resolve(family),
                        folder.resolve("rows.jsonl"),
                        maxLength,
                        packing,
                        folder.resolve("shards-" + run),
                        packing ? 1 : 2));
        var trained = CommandLine.run("train", file.toString());
        assertThat(trained.code()).as(trained.err()).isZero();
        return JSON.readTree(folder.resolve("runs/" + run + "/outcome.json").toFile())
                .required("first_loss")
                .doubleValue();
    }

    private String corpus(String run) throws IOException {
        try (var corpora = Files.list(folder.resolve("shards-" + run))) {
            return corpora.findFirst().orElseThrow().toString();
        }
    }
}
