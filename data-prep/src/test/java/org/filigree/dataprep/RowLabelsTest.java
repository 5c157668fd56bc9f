package org.filigree.dataprep;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfig.Overlong;
import org.filigree.config.RunConfig.Shape;
import org.filigree.dataprep.shard.DocumentLabels;
import org.filigree.text.TokenRow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Labels of whole rows: they stand in the shards, beside tokens that are not trained. */
class RowLabelsTest extends PreparedCorpora {

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
}
