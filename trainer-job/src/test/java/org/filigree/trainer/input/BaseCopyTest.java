package org.filigree.trainer.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.filigree.format.HuggingFaceFolder;
import org.filigree.format.LocalFiles;
import org.filigree.trainer.Filigree;
import org.filigree.trainer.LocalSpark;
import org.filigree.trainer.ReferenceRuns;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A base on a filesystem that is not the local disk. */
class BaseCopyTest {

    /** Headers for the set-up and the fetch, then the fetch: however many tasks load the base, none opens it. */
    private static final int OPENS_AT_MOST = 8;

    @Test
    void aBaseElsewhereIsFetchedOnceAndChangesNoBit(@TempDir Path folder) throws IOException {
        var runs = ReferenceRuns.in(folder, "training.max_steps=3");
        var cache = folder.resolve("cache");
        try (var spark = LocalSpark.builder()
                .config("spark.hadoop.fs.counted.impl", CountingFileSystem.class.getName())
                .config(BaseCopy.SETTING, cache.toString())
                .getOrCreate()) {
            Filigree.train(spark, runs.config("local"));
            assertThat(cache).as("a local base is not copied").doesNotExist();

            var before = CountingFileSystem.OPENED.get();
            Filigree.train(spark, runs.config("elsewhere", "base.path=counted://" + runs.base()));
            runs.assertSame("elsewhere", "local");
            assertThat(CountingFileSystem.OPENED.get() - before).isPositive().isLessThanOrEqualTo(OPENS_AT_MOST);
            assertThat(HuggingFaceFolder.open(new LocalFiles(), runs.base().toString())
                            .spec()
                            .weights())
                    .hasSizeGreaterThan(OPENS_AT_MOST);
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
