package org.filigree.generate;

import java.util.Arrays;
import org.filigree.text.Tokenizer;

/**
 * The text of an answer as its tokens come. Tokens are pieces of bytes, and a tokenizer's first word loses its space, so
 * prompt and answer are decoded together, whole, and what the prompt says is taken off; an unfinished character waits.
 */
public final class AnswerText {

    private static final char UNFINISHED = '\uFFFD';

    private final Tokenizer tokenizer;
    private final int promptLength;
    private final String promptText;
    private int[] ids;
    private int given;

    public AnswerText(Tokenizer tokenizer, int[] prompt) {
        this.tokenizer = tokenizer;
        this.promptLength = prompt.length;
        this.promptText = tokenizer.decode(prompt, true);
        this.ids = prompt.clone();
    }

    /** Adds a token and returns the characters that are certain since. */
    public String append(int token) {
        ids = Arrays.copyOf(ids, ids.length + 1);
        ids[ids.length - 1] = token;
        var text = whole();
        var certain = text.length();
        while (certain > given && text.charAt(certain - 1) == UNFINISHED) {
            certain--;
        }
        return from(text, certain);
    }

    /** What has not been given yet: an unfinished character at the end. */
    public String rest() {
        var text = whole();
        return from(text, text.length());
    }

    private String from(String text, int end) {
        var piece = text.substring(Math.min(given, end), end);
        given = Math.max(given, end);
        return piece;
    }

    /** The whole answer so far. */
    public String whole() {
        var text = tokenizer.decode(ids, true);
        return text.startsWith(promptText)
                ? text.substring(promptText.length())
                : tokenizer.decode(Arrays.copyOfRange(ids, promptLength, ids.length), true);
    }
}
