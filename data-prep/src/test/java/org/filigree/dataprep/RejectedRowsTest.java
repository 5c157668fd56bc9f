package org.filigree.dataprep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.filigree.config.FiligreeException;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfig.Overlong;
import org.filigree.config.RunConfig.Shape;
import org.filigree.text.TokenRow;
import org.junit.jupiter.api.Test;

/** Rows that cannot be trained, or not whole, and corpora that are none. */
class RejectedRowsTest extends PreparedCorpora {

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
        var lenient = Corpora.data(tokenizer, true, 0.9, Corpora.source(file, Shape.PROMPT_COMPLETION));
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
}
