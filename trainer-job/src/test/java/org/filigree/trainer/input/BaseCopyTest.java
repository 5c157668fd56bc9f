package org.filigree.trainer.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.filigree.format.HuggingFaceFolder;
import org.filigree.format.HuggingFaceWriter;
import org.filigree.format.LocalFiles;
import org.filigree.model.DataType;
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
            assertThat(copies(cache)).singleElement().asString().endsWith("-float32");
            assertMapped(runs, "elsewhere");
        }
    }

    /** Its values are widened beforehand, and elsewhere as the engine loads them: to the same adapter, on the same base. */
    @Test
    void aBaseOfAnotherTypeIsConvertedForTheNodeAndChangesNoBit(@TempDir Path folder) throws IOException {
        var runs = ReferenceRuns.in(folder, "training.max_steps=3");
        var narrow = folder.resolve("narrow");
        var whole = HuggingFaceFolder.open(new LocalFiles(), runs.base().toString());
        new HuggingFaceWriter(new LocalFiles())
                .write(
                        narrow.toString(),
                        whole,
                        DataType.BFLOAT16,
                        name -> whole.read(name).floats());
        try (var spark = LocalSpark.builder()
                .config("spark.hadoop.fs.counted.impl", CountingFileSystem.class.getName())
                .config(BaseCopy.SETTING, folder.resolve("cache").toString())
                .getOrCreate()) {
            Filigree.train(spark, runs.config("whole"));
            Filigree.train(spark, runs.config("local", "base.path=" + narrow));
            Filigree.train(spark, runs.config("elsewhere", "base.path=counted://" + narrow));
            assertThat(runs.adapter("local")).as("bfloat16 is another base").isNotEqualTo(runs.adapter("whole"));
            runs.assertSame("elsewhere", "local");
            assertThat(runs.events("elsewhere", "start").get(0).path("base"))
                    .as("which base it is")
                    .isEqualTo(runs.events("local", "start").get(0).path("base"));
            assertMapped(runs, "elsewhere");
        }
    }

    private static List<Path> copies(Path cache) throws IOException {
        try (var entries = Files.list(cache)) {
            return entries.filter(Files::isDirectory).toList();
        }
    }

    /** All of the base, and of a local one nothing; what is measured counts it all the same. */
    private static void assertMapped(ReferenceRuns runs, String run) throws IOException {
        var base = HuggingFaceFolder.open(new LocalFiles(), runs.base().toString());
        var mapped = measured(runs, run, "mapped_bytes");
        assertThat(mapped).isEqualTo(base.parameters() * Float.BYTES);
        assertThat(measured(runs, "local", "mapped_bytes")).isZero();
        assertThat(measured(runs, run, "native_bytes"))
                .isGreaterThan(mapped)
                .isEqualTo(measured(runs, "local", "native_bytes"));
    }

    private static long measured(ReferenceRuns runs, String run, String field) throws IOException {
        var measured = runs.events(run, "measured");
        assertThat(measured).hasSize(1);
        assertThat(measured.get(0).has(field)).as(field).isTrue();
        return measured.get(0).path(field).longValue();
    }
}
