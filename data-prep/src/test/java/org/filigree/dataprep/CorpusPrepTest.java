package org.filigree.dataprep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.filigree.config.FiligreeException;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfig.Overlong;
import org.filigree.config.RunConfig.Shape;
import org.filigree.config.RunConfig.Source;
import org.filigree.dataprep.shard.ShardManifest;
import org.filigree.dataprep.source.SourceReader;
import org.filigree.format.LocalFiles;
import org.filigree.text.TokenizerFiles;
import org.junit.jupiter.api.Test;

/** A corpus as a whole: where its rows come from, which side and shard they go to, and when it is prepared anew. */
class CorpusPrepTest extends PreparedCorpora {

    @Test
    void aRerunDoesNothingAndOtherSettingsGetAFolderOfTheirOwn() throws IOException {
        var file = Corpora.write(folder.resolve("t.jsonl"), "{\"text\": \"a b\"}");
        var data = Corpora.data(tokenizer, Corpora.source(file, Shape.TEXT));
        var first = prepare(data);
        var again = prepare(data);
        assertThat(first.reused()).isFalse();
        assertThat(again.reused()).isTrue();
        assertThat(again.folder()).isEqualTo(first.folder());
        assertThat(again.manifest()).isEqualTo(first.manifest());
        Corpora.write(file, "{\"text\": \"a b c\"}");
        var changed = prepare(data);
        assertThat(changed.reused()).isFalse();
        assertThat(changed.folder()).isNotEqualTo(first.folder());
    }

    @Test
    void aTokenizerIsOpenedWhereThereAreShardsToWriteOnly() throws IOException {
        var file = Corpora.write(folder.resolve("t.jsonl"), "{\"text\": \"a b\"}");
        var written = prepare(Corpora.data(tokenizer, Corpora.source(file, Shape.TEXT)));
        Corpora.write(tokenizer.resolve("tokenizer.json"), "{}");
        var data = Corpora.data(tokenizer, Corpora.source(file, Shape.TEXT));
        assertThatThrownBy(() -> prepare(data))
                .isInstanceOfSatisfying(
                        FiligreeException.class, e -> assertThat(e.code()).isEqualTo(FiligreeException.Code.DATA))
                .hasMessageStartingWith("tokenizer: ");
        var key = PrepKey.of(
                data, 42, TokenizerFiles.read(new LocalFiles(), tokenizer.toString()), new SourceReader(spark, 42));
        Files.move(Path.of(written.folder()), Path.of(written.folder()).resolveSibling(key));
        assertThat(prepare(data).reused()).isTrue();
    }

    @Test
    void csvParquetTablesAndSqlGiveTheSameRowsAsJson() throws IOException {
        var json = Corpora.write(
                folder.resolve("j.jsonl"),
                "{\"prompt\": \"a\", \"completion\": \"b c\"}\n{\"prompt\": \"a b\", \"completion\": \"d\"}");
        Corpora.write(folder.resolve("c.csv"), "prompt,completion\na,\"b\nc\"\na b,d\n");
        var frame = spark.read().json(json.toString()).select("prompt", "completion");
        frame.coalesce(1).write().parquet(folder.resolve("p.parquet").toString());
        frame.createOrReplaceTempView("rows");
        var expected = digests(Corpora.source(json, Shape.PROMPT_COMPLETION));
        assertThat(digests(Corpora.source(folder.resolve("c.csv"), Shape.PROMPT_COMPLETION)))
                .isEqualTo(expected);
        assertThat(digests(Corpora.source(folder.resolve("p.parquet"), Shape.PROMPT_COMPLETION)))
                .isEqualTo(expected);
        assertThat(digests(new Source(null, "rows", null, null, Map.of(), Shape.PROMPT_COMPLETION, Map.of(), 1, 0, 0)))
                .hasSize(1);
        assertThat(train(Corpora.data(
                        tokenizer,
                        new Source(
                                null,
                                null,
                                "SELECT * FROM rows WHERE completion = 'd'",
                                null,
                                Map.of(),
                                Shape.PROMPT_COMPLETION,
                                Map.of(),
                                1,
                                0,
                                0))))
                .hasSize(1);
    }

    private List<String> digests(Source source) throws IOException {
        return prepare(Corpora.data(tokenizer, source)).manifest().train().files().stream()
                .map(ShardManifest.ShardFile::digest)
                .toList();
    }

    private Path many(int rows) throws IOException {
        var text = new StringBuilder();
        for (var i = 0; i < rows; i++) {
            text.append("{\"input_ids\": [%d, %d, 3]}%n".formatted(i % 97, i / 97));
        }
        return Corpora.write(folder.resolve("many.jsonl"), text.toString());
    }

    private RunConfig.Data tokens(
            boolean packing, boolean shuffle, boolean deduplicate, double share, Source... sources) {
        return new RunConfig.Data(
                List.of(sources),
                new RunConfig.HeldOut(share, List.of()),
                16,
                Overlong.TRUNCATE,
                packing,
                shuffle,
                true,
                deduplicate,
                0,
                null,
                null);
    }

    @Test
    void theHeldOutShareIsByContentAndTheSidesAreApart() throws IOException {
        var file = many(2_000);
        var result = prepare(tokens(false, true, false, 0.1, Corpora.source(file, Shape.TOKENS)));
        var train = rows(result, result.manifest().train());
        var heldOut = rows(result, result.manifest().heldOut());
        assertThat(train.size() + heldOut.size()).isEqualTo(2_000);
        assertThat(heldOut.size()).isBetween(150, 250);
        assertThat(heldOut.stream().map(row -> List.of(row.inputIds()[0], row.inputIds()[1])))
                .doesNotContainAnyElementsOf(train.stream()
                        .map(row -> List.of(row.inputIds()[0], row.inputIds()[1]))
                        .toList());
    }

    @Test
    void exactDuplicatesGoWhereAsked() throws IOException {
        var file = many(50);
        var twice = new Source[] {Corpora.source(file, Shape.TOKENS), Corpora.source(file, Shape.TOKENS)};
        assertThat(train(tokens(false, false, false, 0, twice))).hasSize(100);
        var result = prepare(tokens(false, false, true, 0, twice));
        assertThat(result.manifest().train().rows()).isEqualTo(50);
        assertThat(result.manifest().counts()).containsEntry("duplicates", 50L);
    }

    @Test
    void shardsAreTheSameHoweverTheInputIsSplit() throws IOException {
        var file = many(20_000);
        var data = tokens(true, true, false, 0.05, Corpora.source(file, Shape.TOKENS));
        var first = prepare(data).manifest();
        spark.sparkContext().hadoopConfiguration().setLong("mapreduce.input.fileinputformat.split.maxsize", 40_000);
        try {
            var other = new CorpusPrep(spark)
                    .prepare(Corpora.run(folder.resolve("other"), data))
                    .manifest();
            assertThat(other.fingerprint()).isEqualTo(first.fingerprint());
            assertThat(first.train().files()).hasSize(3);
        } finally {
            spark.sparkContext().hadoopConfiguration().unset("mapreduce.input.fileinputformat.split.maxsize");
        }
    }

    @Test
    void packedRowsHoldWholeDocumentsAndLoseNone() throws IOException {
        var result = prepare(tokens(true, true, false, 0, Corpora.source(many(1_000), Shape.TOKENS)));
        var split = result.manifest().train();
        assertThat(split.documents()).isEqualTo(1_000);
        assertThat(split.rows()).isEqualTo(200);
        assertThat(rows(result, split)).allMatch(row -> row.documents().length == 5 && row.length() == 15);
    }

    @Test
    void aWeightRepeatsRowsOrTakesAShareOfThem() throws IOException {
        var file = many(1_000);
        var double_ = new Source(file.toString(), null, null, null, Map.of(), Shape.TOKENS, Map.of(), 2, 0, 0);
        var half = new Source(file.toString(), null, null, null, Map.of(), Shape.TOKENS, Map.of(), 0.5, 0, 0);
        var cut = new Source(file.toString(), null, null, null, Map.of(), Shape.TOKENS, Map.of(), 1, 10, 20);
        assertThat(train(tokens(false, false, false, 0, double_))).hasSize(2_000);
        assertThat(train(tokens(false, false, false, 0, half)).size()).isBetween(430, 570);
        var rows = train(tokens(false, false, false, 0, cut));
        assertThat(rows).hasSize(20);
        assertThat(rows.get(0).inputIds()[0]).isEqualTo(10);
    }
}
