package org.filigree.dataprep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;
import org.filigree.config.FiligreeException;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfig.Overlong;
import org.filigree.config.RunConfig.Shape;
import org.filigree.config.RunConfig.Source;
import org.filigree.dataprep.shard.DocumentLabels;
import org.filigree.dataprep.shard.ShardManifest;
import org.filigree.dataprep.shard.ShardReader;
import org.filigree.dataprep.source.SourceReader;
import org.filigree.format.LocalFiles;
import org.filigree.text.TokenRow;
import org.filigree.text.TokenizerFiles;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CorpusPrepTest {

    private static final int IGNORED = TokenRow.IGNORED;

    private SparkSession spark;
    private Path tokenizer;

    @TempDir
    private Path folder;

    @BeforeAll
    void startSpark() {
        spark = Corpora.spark();
    }

    @AfterAll
    void stopSpark() {
        spark.stop();
    }

    @BeforeEach
    void writeTokenizer() throws IOException {
        tokenizer = Corpora.tokenizer(folder);
    }

    private CorpusPrep.Result prepare(RunConfig.Data data) throws IOException {
        return new CorpusPrep(spark).prepare(Corpora.run(folder.resolve("out"), data));
    }

    private List<TokenRow> rows(CorpusPrep.Result result, ShardManifest.Split split) {
        var reader = new ShardReader(spark.sparkContext().hadoopConfiguration(), result.folder(), split, 1);
        return IntStream.range(0, split.rows()).mapToObj(reader::row).toList();
    }

    private List<TokenRow> train(RunConfig.Data data) throws IOException {
        var result = prepare(data);
        return rows(result, result.manifest().train());
    }

    private TokenRow only(Shape shape, Map<String, String> columns, String json) throws IOException {
        var file = Corpora.write(folder.resolve(shape + ".jsonl"), json);
        var rows = train(Corpora.data(tokenizer, Corpora.source(file, shape, columns)));
        assertThat(rows).hasSize(1);
        return rows.get(0);
    }

    private static void assertRow(TokenRow row, int[] ids, int[] labels) {
        assertThat(row.inputIds()).containsExactly(ids);
        assertThat(row.labels()).containsExactly(labels);
    }

    @Test
    void aTextIsTrainedWholeAndEndsWithTheEndToken() throws IOException {
        assertRow(only(Shape.TEXT, Map.of("text", "body"), "{\"body\": \"a b\"}"), new int[] {0, 3, 4, 1}, new int[] {
            0, 3, 4, 1
        });
    }

    @Test
    void aPromptMayBeATemplateAndOnlyTheCompletionIsTrained() throws IOException {
        assertRow(
                only(
                        Shape.PROMPT_COMPLETION,
                        Map.of("prompt", "{q} b", "completion", "answer"),
                        "{\"q\": \"a\", \"answer\": \"c d\"}"),
                new int[] {0, 3, 4, 5, 6, 1},
                new int[] {IGNORED, IGNORED, IGNORED, 5, 6, 1});
    }

    @Test
    void sourceAndTargetAreAPromptAndItsCompletion() throws IOException {
        assertRow(
                only(Shape.SOURCE_TARGET, Map.of(), "{\"source\": \"a\", \"target\": \"b\"}"),
                new int[] {0, 3, 4, 1},
                new int[] {IGNORED, IGNORED, 4, 1});
    }

    @Test
    void aLabelIsLearnedAsTheWordsThatNameIt() throws IOException {
        assertRow(
                only(Shape.TEXT_LABEL, Map.of("label", "{class} d"), "{\"text\": \"a\", \"class\": \"b\"}"),
                new int[] {0, 3, 4, 6, 1},
                new int[] {IGNORED, IGNORED, 4, 6, 1});
    }

    @Test
    void messagesTrainWhatTheAssistantSaysWithTheTemplatesOwnEnd() throws IOException {
        assertRow(
                only(
                        Shape.MESSAGES,
                        Map.of(),
                        "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"b\"}]}"),
                new int[] {0, 7, 3, 8, 4, 1},
                new int[] {IGNORED, IGNORED, IGNORED, IGNORED, 4, 1});
    }

    @Test
    void sharegptConversationsAreMessagesUnderOtherNames() throws IOException {
        assertRow(
                only(
                        Shape.SHAREGPT,
                        Map.of(),
                        "{\"conversations\": [{\"from\": \"human\", \"value\": \"a\"}, {\"from\": \"gpt\", \"value\": \"b\"}]}"),
                new int[] {0, 7, 3, 8, 4, 1},
                new int[] {IGNORED, IGNORED, IGNORED, IGNORED, 4, 1});
    }

    @Test
    void alpacaRowsEndWithTheirOutputTrained() throws IOException {
        var row = only(Shape.ALPACA, Map.of(), "{\"instruction\": \"a\", \"input\": \"\", \"output\": \"b\"}");
        assertThat(row.targets()).isEqualTo(2);
        assertThat(row.inputIds()).endsWith(4, 1).contains(3);
    }

    @Test
    void tokensNeedNoTokenizerAndStandAsGiven() throws IOException {
        var file = Corpora.write(
                folder.resolve("t.jsonl"),
                "{\"input_ids\": [9, 8, 7], \"labels\": [-100, -100, 7]}\n{\"input_ids\": [5, 6]}");
        var result = prepare(Corpora.data(folder.resolve("none"), Corpora.source(file, Shape.TOKENS)));
        var rows = rows(result, result.manifest().train());
        assertRow(rows.get(0), new int[] {9, 8, 7}, new int[] {IGNORED, IGNORED, 7});
        assertRow(rows.get(1), new int[] {5, 6}, new int[] {5, 6});
        assertThat(result.manifest().tokenizer()).isNull();
        assertThat(result.manifest().vocabulary()).isEqualTo(10);
    }

    private CorpusPrep.Result labelled(boolean packing, Overlong overlong, double maxRejects, String... rows)
            throws IOException {
        var file = Corpora.write(folder.resolve("labelled.jsonl"), String.join("\n", rows));
        return prepare(new RunConfig.Data(
                List.of(Corpora.source(file, Shape.TOKENS, Map.of("label", "class"))),
                new RunConfig.HeldOut(0, List.of()),
                4,
                overlong,
                packing,
                false,
                true,
                true,
                maxRejects,
                null,
                null));
    }

    private static final String[] CLASSES = {
        "{\"input_ids\": [1, 2], \"class\": 4}",
        "{\"input_ids\": [1, 2], \"class\": 0}",
        "{\"input_ids\": [1, 2], \"class\": 0}",
        "{\"input_ids\": [5, 6, 7, 8, 9], \"class\": 2}"
    };

    @Test
    void aLabelOfTheWholeRowStandsInTheShardsAndTrainsNoToken() throws IOException {
        var result = labelled(false, Overlong.TRUNCATE, 0, CLASSES);
        var rows = rows(result, result.manifest().train());
        assertThat(rows).allMatch(row -> row.targets() == 0);
        assertRow(rows.get(2), new int[] {5, 6, 7, 8}, new int[] {IGNORED, IGNORED, IGNORED, IGNORED});
        // Equal tokens with another label are another row; with the same, a duplicate.
        assertThat(rows.stream().flatMapToDouble(row -> Arrays.stream(row.documentLabels())))
                .containsExactly(4.0, 0.0, 2.0);
        assertThat(result.manifest().count("duplicates")).isEqualTo(1);
        assertThat(result.manifest().documentLabels()).isEqualTo(new DocumentLabels(3, 5));
        assertThat(result.manifest().train().targets()).isZero();
    }

    @Test
    void aPackedRowHasOneLabelADocumentAndEachPieceTheWholes() throws IOException {
        var result = labelled(true, Overlong.SPLIT, 0, CLASSES);
        var rows = rows(result, result.manifest().train());
        assertThat(rows)
                .extracting(TokenRow::documentLabels)
                .containsExactly(new double[] {4, 0}, new double[] {2}, new double[] {2});
        assertThat(rows).extracting(TokenRow::documents).containsExactly(new int[] {2, 2}, new int[] {4}, new int[] {1
        });
    }

    @Test
    void labelledAndUnlabelledDocumentsArePackedTogetherEachWithItsOwn() throws IOException {
        var result = labelled(
                true,
                Overlong.REJECT,
                0,
                "{\"input_ids\": [1, 2], \"labels\": [1, 2]}",
                "{\"input_ids\": [3], \"class\": 0.5}");
        var row = rows(result, result.manifest().train()).get(0);
        assertThat(row.documentLabels()).containsExactly(Double.NaN, 0.5);
        assertRow(row, new int[] {1, 2, 3}, new int[] {1, 2, IGNORED});
        assertThat(result.manifest().documentLabels()).isEqualTo(new DocumentLabels(1, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "0.25", "2147483647", "-1e300"})
    void anyFiniteNumberIsALabelButNoClass(String label) throws IOException {
        var result = labelled(false, Overlong.REJECT, 0, "{\"input_ids\": [1], \"class\": %s}".formatted(label));
        assertThat(result.manifest().documentLabels()).isEqualTo(new DocumentLabels(1, null));
        assertThat(rows(result, result.manifest().train()).get(0).documentLabels())
                .containsExactly(Double.parseDouble(label));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"input_ids\": [1], \"class\": \"1\" | label is not a number",
                "\"input_ids\": [1], \"class\": true | label is not a number",
                "\"input_ids\": [1], \"class\": [1] | label is not a number",
                "\"input_ids\": [1], \"class\": 1e999 | label is not finite",
                "\"input_ids\": [1], \"class\": NaN | not JSON",
                "\"input_ids\": [1], \"class\": null | no class",
                "\"input_ids\": [1] | no class",
                "\"input_ids\": [], \"class\": 1 | no token",
                "\"input_ids\": [1], \"class\": 1, \"labels\": [1] | both labels and label"
            })
    void aBadLabelIsABadRow(String fields, String reason) throws IOException {
        var result = labelled(false, Overlong.REJECT, 0.5, "{\"input_ids\": [7], \"class\": 1}", "{" + fields + "}");
        assertThat(result.manifest().rejected()).containsExactly(Map.entry(reason, 1L));
        assertThat(result.manifest().train().rows()).isEqualTo(1);
    }

    @Test
    void aMissingLabelInAParquetFileIsABadRowNotATextToTrain() throws IOException {
        spark.sql("SELECT * FROM VALUES (array(1, 2), 1), (array(3, 4), NULL) AS t(input_ids, label)")
                .coalesce(1)
                .write()
                .parquet(folder.resolve("l.parquet").toString());
        var data = new RunConfig.Data(
                List.of(Corpora.source(folder.resolve("l.parquet"), Shape.TOKENS)),
                new RunConfig.HeldOut(0, List.of()),
                4,
                Overlong.REJECT,
                false,
                false,
                true,
                false,
                0.5,
                null,
                null);
        var manifest = prepare(data).manifest();
        assertThat(manifest.rejected()).containsExactly(Map.entry("no label", 1L));
        assertThat(manifest.documentLabels()).isEqualTo(new DocumentLabels(1, 2));
    }

    @Test
    void bothPromptAndCompletionAreTrainedWhereAsked() throws IOException {
        var file = Corpora.write(folder.resolve("p.jsonl"), "{\"prompt\": \"a\", \"completion\": \"b\"}");
        var given = Corpora.data(tokenizer, Corpora.source(file, Shape.PROMPT_COMPLETION));
        var all = new RunConfig.Data(
                given.train(),
                given.heldOut(),
                64,
                Overlong.TRUNCATE,
                false,
                false,
                false,
                false,
                0,
                null,
                tokenizer.toString());
        assertRow(train(all).get(0), new int[] {0, 3, 4, 1}, new int[] {0, 3, 4, 1});
    }

    private RunConfig.Data fitted(int maxLength, Overlong overlong, double maxRejects) throws IOException {
        var file = Corpora.write(
                folder.resolve("long.jsonl"),
                "{\"prompt\": \"a a a\", \"completion\": \"b b b\"}\n{\"prompt\": \"a\", \"completion\": \"b\"}");
        return new RunConfig.Data(
                List.of(Corpora.source(file, Shape.PROMPT_COMPLETION)),
                new RunConfig.HeldOut(0, List.of()),
                maxLength,
                overlong,
                false,
                false,
                true,
                false,
                maxRejects,
                null,
                tokenizer.toString());
    }

    @Test
    void overlongRowsAreCutSplitOrRejectedAsAsked() throws IOException {
        assertThat(train(fitted(5, Overlong.TRUNCATE, 0)))
                .extracting(TokenRow::length)
                .containsExactly(5, 4);
        assertThat(train(fitted(5, Overlong.SPLIT, 0)))
                .extracting(TokenRow::length)
                .containsExactly(5, 3, 4);
        assertThat(train(fitted(5, Overlong.REJECT, 0.5)))
                .extracting(TokenRow::length)
                .containsExactly(4);
    }

    @Test
    void aRowWhoseCompletionIsCutOffIsRejectedNotTrainedOnNothing() throws IOException {
        var result = prepare(fitted(4, Overlong.TRUNCATE, 0.5));
        assertThat(result.manifest().rejected()).containsExactly(Map.entry("no token to train", 1L));
    }

    @Test
    void badRowsGoToTheRejectsFolderEachWithItsReason() throws IOException {
        var file = folder.resolve("bad.jsonl");
        var lines = new java.io.ByteArrayOutputStream();
        lines.writeBytes("{\"prompt\": \"a\", \"completion\": \"b\"}\n".getBytes(StandardCharsets.UTF_8));
        lines.writeBytes("{\"prompt\": \"a\", \n".getBytes(StandardCharsets.UTF_8));
        lines.writeBytes("{\"prompt\": \"a\", \"answer\": \"b\"}\n".getBytes(StandardCharsets.UTF_8));
        lines.writeBytes("[1]\n\n".getBytes(StandardCharsets.UTF_8));
        lines.writeBytes("{\"prompt\": \"a\", \"completion\": [\"b\"]}\n".getBytes(StandardCharsets.UTF_8));
        lines.writeBytes(new byte[] {'{', '"', (byte) 0xC3, '"', '}', '\n'});
        Corpora.write(file, lines.toByteArray());
        var data = Corpora.data(tokenizer, Corpora.source(file, Shape.PROMPT_COMPLETION));
        var lenient = new RunConfig.Data(
                data.train(),
                data.heldOut(),
                64,
                Overlong.TRUNCATE,
                false,
                false,
                true,
                false,
                0.9,
                null,
                tokenizer.toString());
        var result = prepare(lenient);
        assertThat(result.manifest().rejected())
                .containsEntry("not JSON", 1L)
                .containsEntry("no completion", 1L)
                .containsEntry("not a JSON object", 1L)
                .containsEntry("completion is not text", 1L)
                .containsEntry("invalid UTF-8", 1L)
                .hasSize(5);
        assertThat(result.manifest().counts()).containsEntry("read", 6L).containsEntry("rejected", 5L);
        var rejects = new ArrayList<String>();
        try (var files = Files.list(Path.of(result.folder(), "rejects"))) {
            for (var reject : files.toList()) {
                rejects.addAll(Files.readAllLines(reject));
            }
        }
        assertThat(rejects)
                .hasSize(5)
                .anySatisfy(line -> assertThat(line)
                        .contains("\"reason\":\"no completion\"")
                        .contains("there are [prompt, answer]")
                        .contains("bad.jsonl")
                        .contains("\"row\":2"));
    }

    @Test
    void tooManyRejectsFailWithCode3AndLeaveNoCorpus() throws IOException {
        var file = Corpora.write(folder.resolve("bad.jsonl"), "{\"text\": \"a\"}\n{}\n");
        var data = Corpora.data(tokenizer, Corpora.source(file, Shape.TEXT));
        assertThatThrownBy(() -> prepare(data))
                .isInstanceOfSatisfying(
                        FiligreeException.class, e -> assertThat(e.code()).isEqualTo(FiligreeException.Code.DATA))
                .hasMessageStartingWith(
                        "1 of 2 rows rejected, data.max_rejects allows a share of 0.0: {no text=1}; see ");
        try (var all = Files.walk(folder.resolve("out"))) {
            assertThat(all.filter(Files::isRegularFile)
                            .map(path -> path.getFileName().toString()))
                    .noneMatch(name -> name.endsWith(".parquet") || name.endsWith(".json"));
        }
    }

    @Test
    void anEmptyCorpusIsCode3() throws IOException {
        var file = Corpora.write(folder.resolve("empty.jsonl"), "\n");
        assertThatThrownBy(() -> prepare(Corpora.data(tokenizer, Corpora.source(file, Shape.TEXT))))
                .isInstanceOf(FiligreeException.class)
                .hasMessage("no row to train: 0 read, 0 rejected, 0 held out");
    }

    @Test
    void aPathWithNothingThereIsNamed() {
        var data = Corpora.data(tokenizer, Corpora.source(folder.resolve("no.jsonl"), Shape.TEXT));
        assertThatThrownBy(() -> prepare(data))
                .isInstanceOf(FiligreeException.class)
                .hasMessageEndingWith("no.jsonl: no such file");
    }

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

    @Test
    void plainTextIsOneRowALineOrAParagraph() throws IOException {
        var file = Corpora.write(folder.resolve("t.txt"), "a b\nc\n\nd\n");
        assertThat(train(Corpora.data(tokenizer, Corpora.source(file, Shape.TEXT))))
                .hasSize(3);
        var paragraphs = new Source(
                file.toString(), null, null, null, Map.of("sample_by", "paragraph"), Shape.TEXT, Map.of(), 1, 0, 0);
        assertThat(train(Corpora.data(tokenizer, paragraphs))).hasSize(2);
    }
}
