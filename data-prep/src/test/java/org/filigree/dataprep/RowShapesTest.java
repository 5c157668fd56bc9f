package org.filigree.dataprep;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.filigree.config.RunConfig.Shape;
import org.filigree.config.RunConfig.Source;
import org.filigree.text.TokenRow;
import org.junit.jupiter.api.Test;

/** What a row of each shape trains. */
class RowShapesTest extends PreparedCorpora {

    private TokenRow only(Shape shape, Map<String, String> columns, String json) throws IOException {
        var file = Corpora.write(folder.resolve(shape + ".jsonl"), json);
        var rows = train(Corpora.data(tokenizer, Corpora.source(file, shape, columns)));
        assertThat(rows).hasSize(1);
        return rows.get(0);
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

    @Test
    void bothPromptAndCompletionAreTrainedWhereAsked() throws IOException {
        var file = Corpora.write(folder.resolve("p.jsonl"), "{\"prompt\": \"a\", \"completion\": \"b\"}");
        var all = Corpora.data(tokenizer, false, 0, Corpora.source(file, Shape.PROMPT_COMPLETION));
        assertRow(train(all).get(0), new int[] {0, 3, 4, 1}, new int[] {0, 3, 4, 1});
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
