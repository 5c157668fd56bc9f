package org.filigree.generate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.filigree.text.Tokenizer;
import org.junit.jupiter.api.Test;

class AnswerTextTest {

    /** A token a byte; as SentencePiece's decoder does, a space that begins the text is taken off. */
    private static final class Bytes implements Tokenizer {
        @Override
        public int[] encode(String text, boolean addSpecialTokens) {
            var bytes = text.getBytes(UTF_8);
            var ids = new int[bytes.length];
            for (var i = 0; i < ids.length; i++) {
                ids[i] = bytes[i] & 0xff;
            }
            return ids;
        }

        @Override
        public String decode(int[] ids, boolean skipSpecialTokens) {
            var bytes = new byte[ids.length];
            for (var i = 0; i < ids.length; i++) {
                bytes[i] = (byte) ids[i];
            }
            return new String(bytes, UTF_8).replaceFirst("^ ", "");
        }

        @Override
        public int id(String token) {
            return -1;
        }

        @Override
        public String token(int id) {
            return null;
        }

        @Override
        public int size() {
            return 256;
        }

        @Override
        public String fingerprint() {
            return "bytes";
        }

        @Override
        public void close() {}
    }

    private static final Tokenizer TOKENIZER = new Bytes();

    @Test
    void aCharacterIsGivenWhenItsLastByteCame() {
        var text = new AnswerText(TOKENIZER, TOKENIZER.encode("Price:", false));
        var pieces = new StringBuilder();
        for (var id : TOKENIZER.encode(" 5 €!", false)) {
            pieces.append(text.append(id)).append('|');
        }
        assertThat(pieces).hasToString(" |5| |||€|!|");
        assertThat(text.rest()).isEmpty();
        assertThat(text.whole()).isEqualTo(" 5 €!");
    }

    @Test
    void anUnfinishedCharacterAtTheEndIsTheRest() {
        var text = new AnswerText(TOKENIZER, new int[0]);
        assertThat(text.append('a')).isEqualTo("a");
        assertThat(text.append(0xE2)).isEmpty();
        assertThat(text.rest()).isEqualTo("\uFFFD");
        assertThat(text.rest()).isEmpty();
    }
}
