package org.filigree.dataprep;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;
import org.filigree.config.RunConfig;
import org.filigree.dataprep.shard.ShardManifest;
import org.filigree.dataprep.shard.ShardReader;
import org.filigree.text.TokenRow;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A session, a tokenizer and a folder for corpora, and what stands in their shards. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class PreparedCorpora {

    static final int IGNORED = TokenRow.IGNORED;

    @AutoClose
    SparkSession spark;

    Path tokenizer;

    @TempDir
    Path folder;

    @BeforeAll
    void startSpark() {
        spark = Corpora.spark();
    }

    @BeforeEach
    void writeTokenizer() throws IOException {
        tokenizer = Corpora.tokenizer(folder);
    }

    CorpusPrep.Result prepare(RunConfig.Data data) throws IOException {
        return new CorpusPrep(spark).prepare(Corpora.run(folder.resolve("out"), data));
    }

    List<TokenRow> rows(CorpusPrep.Result result, ShardManifest.Split split) {
        var reader = new ShardReader(spark.sparkContext().hadoopConfiguration(), result.folder(), split, 1);
        return IntStream.range(0, split.rows()).mapToObj(reader::row).toList();
    }

    List<TokenRow> train(RunConfig.Data data) throws IOException {
        var result = prepare(data);
        return rows(result, result.manifest().train());
    }

    static void assertRow(TokenRow row, int[] ids, int[] labels) {
        assertThat(row.inputIds()).containsExactly(ids);
        assertThat(row.labels()).containsExactly(labels);
    }
}
