package org.filigree.trainer.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.filigree.config.RunConfigReader;
import org.filigree.engine.kit.ReferenceCase;
import org.filigree.format.HuggingFaceFolder;
import org.filigree.format.LocalFiles;
import org.filigree.trainer.Filigree;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A base on a filesystem that is not the local disk. */
class BaseCopyTest {

    /** Headers for the set-up and the fetch, then the fetch: however many tasks load the base, none opens it. */
    private static final int OPENS_AT_MOST = 8;

    @TempDir
    private Path folder;

    private byte[] train(SparkSession spark, String run, String base) throws IOException {
        Filigree.train(
                spark,
                RunConfigReader.read(
                        "test",
                        """
                        run: %s
                        output: %s
                        base: {path: "%s", name: reference/llama}
                        engine: {threads: 1}
                        data: {train: [{path: %s, shape: tokens}], packing: false}
                        adapter: {name: tuned, r: 4, lora_alpha: 8, target_modules: all-linear}
                        training: {max_steps: 3, global_batch_size: 4, micro_batch_size: 2, learning_rate: 1.0e-2}
                        averaging: {workers: 2, exchange: gradients}
                        """.formatted(run, folder.resolve("runs"), base, folder.resolve("llama/rows.jsonl")),
                        List.of(),
                        Map.of()));
        return Files.readAllBytes(folder.resolve("runs/%s/adapters/tuned/adapter_model.safetensors".formatted(run)));
    }

    @Test
    void aBaseElsewhereIsFetchedOnceAndChangesNoBit() throws IOException {
        var reference = new ReferenceCase("llama", folder.resolve("llama"));
        var cache = folder.resolve("cache");
        try (var spark = SparkSession.builder()
                .master("local[2,4]")
                .config("spark.ui.enabled", "false")
                .config("spark.hadoop.fs.counted.impl", CountingFileSystem.class.getName())
                .config(BaseCopy.SETTING, cache.toString())
                .getOrCreate()) {
            var local = train(spark, "local", folder.resolve("llama").toString());
            assertThat(cache).as("a local base is not copied").doesNotExist();

            var before = CountingFileSystem.OPENED.get();
            var elsewhere = "counted://" + folder.resolve("llama");
            assertThat(train(spark, "elsewhere", elsewhere)).isEqualTo(local);
            assertThat(CountingFileSystem.OPENED.get() - before).isPositive().isLessThanOrEqualTo(OPENS_AT_MOST);
            assertThat(reference.model().spec().weights()).hasSizeGreaterThan(OPENS_AT_MOST);
            assertThat(copies(cache)).hasSize(1);
            assertMapped(copies(cache).get(0));
        }
    }

    private static List<Path> copies(Path cache) throws IOException {
        try (var entries = Files.list(cache)) {
            return entries.filter(Files::isDirectory).toList();
        }
    }

    private static void assertMapped(Path copy) throws IOException {
        var model = HuggingFaceFolder.open(new LocalFiles(), copy.toString());
        var first = model.spec().weights().get(0).name();
        assertThat(model.read(first).data()).isInstanceOf(MappedByteBuffer.class);
        assertThat(model.read(first).data().isReadOnly()).isTrue();
    }
}
