package org.filigree.dataprep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfig.Overlong;
import org.filigree.config.RunConfig.Shape;
import org.filigree.config.RunConfig.Source;
import org.filigree.dataprep.shard.ShardReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real rows with a real tokenizer, against the token ids of a reference run in Python. */
class EndToEndNlgTest {

    private static final Path SHARED =
            Path.of(System.getProperty("filigree.root")).resolveSibling("shared");
    private static final int TRAIN = 2_400;
    private static final int HELD_OUT = 240;

    /** The reference left out what is longer than 256 tokens: three rows before the cut, two after. */
    private static final int READ_TRAIN = TRAIN + 3;

    private static final int READ_HELD_OUT = HELD_OUT + 2;

    @TempDir
    private Path folder;

    private static Source devset(long skip, long limit) {
        return new Source(
                SHARED.resolve("data/e2e/devset.csv").toString(),
                null,
                null,
                null,
                Map.of(),
                Shape.PROMPT_COMPLETION,
                Map.of("prompt", "{mr} ->", "completion", "ref"),
                1,
                skip,
                limit);
    }

    @Test
    void theRowsOfE2eComeToTheReferencesTokensAndLabels() throws IOException {
        assumeTrue(Files.isDirectory(SHARED), "the reference results are not beside this clone");
        var spark = Corpora.spark();
        try {
            var data = new RunConfig.Data(
                    List.of(devset(0, READ_TRAIN)),
                    new RunConfig.HeldOut(0, List.of(devset(READ_TRAIN, READ_HELD_OUT))),
                    256,
                    Overlong.REJECT,
                    false,
                    false,
                    true,
                    false,
                    0.01,
                    null,
                    SHARED.resolve("models/stories260k").toString());
            var result = new CorpusPrep(spark).prepare(Corpora.run(folder, data));
            var configuration = spark.sparkContext().hadoopConfiguration();
            var train = new ShardReader(
                    configuration, result.folder(), result.manifest().train(), 4);
            var heldOut = new ShardReader(
                    configuration, result.folder(), result.manifest().heldOut(), 4);
            assertThat(result.manifest().train().rows()).isEqualTo(TRAIN);
            assertThat(result.manifest().heldOut().rows()).isEqualTo(HELD_OUT);
            var json = new ObjectMapper();
            var lines = Files.readAllLines(SHARED.resolve("parity-real/stories260k-e2e/rows.jsonl"));
            assertThat(lines).hasSize(TRAIN + HELD_OUT);
            for (var i = 0; i < lines.size(); i++) {
                var expected = json.readTree(lines.get(i));
                var found = i < TRAIN ? train.row(i) : heldOut.row(i - TRAIN);
                assertThat(json.valueToTree(found.inputIds()).toString())
                        .isEqualTo(expected.path("input_ids").toString());
                assertThat(json.valueToTree(found.labels()).toString())
                        .isEqualTo(expected.path("labels").toString());
            }
        } finally {
            spark.stop();
        }
    }
}
