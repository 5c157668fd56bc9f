package org.filigree.text;

/** Text to token ids and back, as the Hugging Face tokenizer.json says. One instance may serve several threads. */
public interface Tokenizer extends AutoCloseable {

    /** Ids of {@code text}. {@code addSpecialTokens}: whether the tokenizer's post-processor adds its begin and end tokens. */
    int[] encode(String text, boolean addSpecialTokens);

    /** The text of {@code ids}. */
    String decode(int[] ids, boolean skipSpecialTokens);

    /** The id of a token by its exact content ({@code <s>}), or -1. */
    int id(String token);

    /** The token's content, or null where the id is beyond the vocabulary. */
    String token(int id);

    /** One more than the largest id. */
    int size();

    /** SHA-256 of the tokenizer.json, hexadecimal: shards and adapters name it. */
    String fingerprint();

    @Override
    void close();
}
