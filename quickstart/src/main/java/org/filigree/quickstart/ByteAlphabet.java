package org.filigree.quickstart;

import java.nio.charset.StandardCharsets;

/** GPT-2's way to write any byte as one visible character, which byte-level tokenizers keep their vocabulary in. */
final class ByteAlphabet {

    private static final int BYTES = 256;

    private final String[] symbols = new String[BYTES];

    ByteAlphabet() {
        var next = BYTES;
        for (var b = 0; b < BYTES; b++) {
            symbols[b] = String.valueOf((char) (visible(b) ? b : next++));
        }
    }

    /** Printing characters of Latin-1 stand for themselves; others take the characters from 256 on. */
    private static boolean visible(int b) {
        return (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
    }

    int size() {
        return BYTES;
    }

    String symbol(int b) {
        return symbols[b];
    }

    /** The bytes of the text's UTF-8, each from 0 to 255. */
    static int[] bytes(String text) {
        var utf8 = text.getBytes(StandardCharsets.UTF_8);
        var bytes = new int[utf8.length];
        for (var i = 0; i < bytes.length; i++) {
            bytes[i] = utf8[i] & 0xff;
        }
        return bytes;
    }
}
