package org.filigree.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.filigree.text.ChatTemplate;
import org.filigree.text.ChatTemplate.Message;
import org.filigree.text.TextEncoder;
import org.filigree.text.Tokenizer;
import org.filigree.text.TokenizerConfig;
import org.filigree.text.TokenizerProvider;
import org.junit.jupiter.api.Test;

class TokenizerFilesTest {

    private static final Tokenizer TOKENIZER = tokenizer(new EverydayCorpus(1).documents(500), 600);

    private static Tokenizer tokenizer(Stream<String> texts, int size) {
        var json = TokenizerFiles.tokenizer(texts, size).toString();
        return TokenizerProvider.load().create(json.getBytes(StandardCharsets.UTF_8));
    }

    @Property(tries = 300)
    void anyTextComesBackFromItsTokens(@ForAll String text) {
        // A lone surrogate is no character: UTF-8 has no bytes for it.
        var sound = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        assertThat(TOKENIZER.decode(TOKENIZER.encode(sound, false), false)).isEqualTo(sound);
    }

    @Test
    void textsBeyondLatinComeBackToo() {
        for (var text : List.of(
                "Zażółć gęślą jaźń", "日本語のテキスト", "👩‍👩‍👧 🏴‍☠️", " two  spaces \t\r\n tab", "\u0000\u0085\u2028")) {
            assertThat(TOKENIZER.decode(TOKENIZER.encode(text, false), false)).isEqualTo(text);
        }
    }

    @Test
    void theVocabularyHasTheSizeAskedForAndTheMergesShortenText() {
        assertThat(TOKENIZER.size()).isEqualTo(600);
        var text = new EverydayCorpus(1).document(3);
        assertThat(TOKENIZER.encode(text, false)).hasSizeLessThan(text.length() / 2);
    }

    @Test
    void theMostFrequentPairIsMergedFirstAndTiesGoToSmallIds() {
        var merges = BytePairTrainer.merges(Stream.of("abab abab", "cd"), 3);
        assertThat(merges)
                .containsExactly(
                        new BytePairTrainer.Merge('a', 'b'),
                        new BytePairTrainer.Merge(256, 256),
                        new BytePairTrainer.Merge(' ', 257));
        assertThat(BytePairTrainer.merges(Stream.of("ab"), 9)).hasSize(1);
    }

    @Test
    void aTextBeginsOnceAndAChatIsWordedAsTheCorpusWordsQuestions() {
        var config = TokenizerConfig.read(TokenizerFiles.configuration(256), null);
        var encoder = new TextEncoder(TOKENIZER, config);
        var pair = new Questions.Pair("What does a baker do?", "A baker bakes bread.");
        var plain = encoder.text(pair.text());
        assertThat(IntStream.of(plain.inputIds())
                        .filter(id -> id == TOKENIZER.id(TokenizerFiles.BEGIN))
                        .count())
                .isEqualTo(1);
        var chat = new ChatTemplate(config)
                .render(List.of(new Message("user", pair.question()), new Message("assistant", pair.answer())), false);
        assertThat(encoder.prompt(chat)).isEqualTo(encoder.prompt(pair.text()));
        assertThat(TOKENIZER.encode(chat, false)).isEqualTo(plain.inputIds());
        assertThat(new ChatTemplate(config).render(List.of(new Message("user", pair.question())), true))
                .isEqualTo(TokenizerFiles.BEGIN + pair.prompt());
    }
}
