package org.filigree.text;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Texts as token rows: the begin token exactly once, the end token after each completion, and trained. Prompt and
 * completion are tokenised each by itself, so that a prompt has the same tokens in training and in use.
 */
public final class TextEncoder {

    private final Tokenizer tokenizer;
    private final int begin;
    private final int end;
    private final boolean addBegin;

    /** @throws IllegalArgumentException when the configuration names a token that the tokenizer lacks */
    public TextEncoder(Tokenizer tokenizer, TokenizerConfig config) {
        this.tokenizer = tokenizer;
        this.begin = id(config.begin(), "bos_token");
        this.end = id(config.end(), "eos_token");
        this.addBegin = config.addBegin();
    }

    private int id(String token, String field) {
        if (token == null) {
            return -1;
        }
        var id = tokenizer.id(token);
        if (id < 0) {
            throw new IllegalArgumentException(
                    "tokenizer_config.json: %s is %s, which tokenizer.json does not have".formatted(field, token));
        }
        return id;
    }

    /** The begin of a text: the begin token once, whether template, tokenizer or configuration brings it; no end token. */
    public int[] prompt(String text) {
        var ids = tokenizer.encode(text, true);
        if (end >= 0 && end != begin && ids.length > 0 && ids[ids.length - 1] == end) {
            ids = Arrays.copyOf(ids, ids.length - 1);
        }
        if (begin < 0) {
            return ids;
        }
        var leading = 0;
        while (leading < ids.length && ids[leading] == begin) {
            leading++;
        }
        if (leading > 1) {
            return Arrays.copyOfRange(ids, leading - 1, ids.length);
        }
        if (leading == 0 && addBegin && text.length() > 0) {
            return IntStream.concat(IntStream.of(begin), IntStream.of(ids)).toArray();
        }
        return ids;
    }

    /** A continuation by itself: no begin token, the end token after it where {@code ends}. */
    public int[] continuation(String text, boolean ends) {
        var ids = tokenizer.encode(text, false);
        return ends ? ended(ids) : ids;
    }

    /**
     * What a piece adds to a text: in its context, so that a tokenizer that puts a space before a text does not put one in
     * its middle. By itself where tokens reach over the seam.
     *
     * @param before the text so far
     */
    public int[] after(String before, String piece) {
        var head = tokenizer.encode(before, false);
        var whole = tokenizer.encode(before + piece, false);
        return whole.length >= head.length && Arrays.equals(head, 0, head.length, whole, 0, head.length)
                ? Arrays.copyOfRange(whole, head.length, whole.length)
                : continuation(piece, false);
    }

    /** The tokens and the end token after them, where it does not stand there already. */
    public int[] ended(int[] ids) {
        if (end < 0 || (ids.length > 0 && ids[ids.length - 1] == end)) {
            return ids;
        }
        return IntStream.concat(IntStream.of(ids), IntStream.of(end)).toArray();
    }

    /** A text of its own, every token trained. */
    public TokenRow text(String text) {
        var ids = ended(prompt(text));
        return TokenRow.of(ids, ids.clone());
    }

    /** A prompt and its completion; the prompt is trained too unless {@code completionOnly}. */
    public TokenRow completion(String prompt, String completion, boolean completionOnly) {
        var before = prompt(prompt);
        var after = continuation(completion, true);
        var ids = IntStream.concat(IntStream.of(before), IntStream.of(after)).toArray();
        var labels = ids.clone();
        if (completionOnly) {
            Arrays.fill(labels, 0, before.length, TokenRow.IGNORED);
        }
        return TokenRow.of(ids, labels);
    }

    /** The end token, or -1. */
    public int endToken() {
        return end;
    }
}
