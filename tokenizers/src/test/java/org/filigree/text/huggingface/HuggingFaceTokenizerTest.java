package org.filigree.text.huggingface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.filigree.text.TextEncoder;
import org.filigree.text.TokenizerConfig;
import org.filigree.text.TokenizerProvider;
import org.junit.jupiter.api.Test;

class HuggingFaceTokenizerTest {

    /** Bytes of {@code ab c} and one merge; {@code <s>} stands before every text. */
    private static final String JSON = """
            {"version": "1.0", "truncation": {"max_length": 2, "strategy": "LongestFirst", "stride": 0, "direction": "Right"},
             "padding": null, "normalizer": null,
             "added_tokens": [{"id": 0, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false,
                               "normalized": false, "special": true}],
             "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
             "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
               {"Sequence": {"id": "A", "type_id": 0}}], "pair": [{"Sequence": {"id": "A", "type_id": 0}},
               {"Sequence": {"id": "B", "type_id": 1}}],
               "special_tokens": {"<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]}}},
             "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
             "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
               "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false,
               "vocab": {"<s>": 0, "a": 1, "b": 2, "c": 3, "Ġ": 4, "ab": 5}, "merges": ["a b"]}}""";

    private static byte[] json() {
        return JSON.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void theProviderIsFoundAndEncodesWithAndWithoutSpecialTokens() {
        try (var tokenizer = TokenizerProvider.load().create(json())) {
            assertThat(tokenizer.encode("ab c", false)).containsExactly(5, 4, 3);
            assertThat(tokenizer.encode("ab", true)).containsExactly(0, 5);
            assertThat(tokenizer.decode(new int[] {0, 5, 4, 3}, true)).isEqualTo("ab c");
            assertThat(tokenizer.decode(new int[] {0, 5}, false)).isEqualTo("<s>ab");
        }
    }

    @Test
    void theLibraryOfTheJarIsTakenWhateverGpuTheMachineHas() {
        TokenizerProvider.load().create(json()).close();
        assertThat(System.getProperty("RUST_FLAVOR")).isEqualTo("cpu");
    }

    @Test
    void truncationThatTheFileAsksForDoesNotCutACorpus() {
        try (var tokenizer = TokenizerProvider.load().create(json())) {
            assertThat(tokenizer.encode("abababab", false)).hasSize(4);
        }
    }

    /** As Llama 2's and Mistral's: a space before a text, but not in its middle. */
    @Test
    void aPieceOfAConversationHasTheTokensItHasInItsContext() {
        var metaspace = """
                {"version": "1.0", "truncation": null, "padding": null, "normalizer": null, "added_tokens": [],
                 "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
                 "post_processor": null, "decoder": null,
                 "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
                   "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false,
                   "vocab": {"a": 0, "b": 1, "▁": 2, "▁a": 3, "▁b": 4}, "merges": ["▁ a", "▁ b"]}}""";
        try (var tokenizer = TokenizerProvider.load().create(metaspace.getBytes(StandardCharsets.UTF_8))) {
            var text = new TextEncoder(tokenizer, new TokenizerConfig(null, null, null, false, null));
            assertThat(tokenizer.encode("a b", false)).containsExactly(3, 4);
            assertThat(text.after("a", "b")).containsExactly(1);
            assertThat(text.after("a", " b")).containsExactly(4);
            assertThat(text.continuation("b", false)).as("by itself").containsExactly(4);
        }
    }

    @Test
    void tokensAndIdsAnswerEachOther() {
        try (var tokenizer = TokenizerProvider.load().create(json())) {
            assertThat(tokenizer.size()).isEqualTo(6);
            assertThat(tokenizer.id("<s>")).isZero();
            assertThat(tokenizer.id("</s>")).isEqualTo(-1);
            assertThat(tokenizer.token(5)).isEqualTo("ab");
            assertThat(tokenizer.token(6)).isNull();
            assertThat(tokenizer.fingerprint()).hasSize(64);
        }
    }

    @Test
    void aTruncatedFileIsRefusedInOneLine() {
        var half = JSON.substring(0, JSON.length() / 2).getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> TokenizerProvider.load().create(half))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("tokenizer.json is not one")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }
}
