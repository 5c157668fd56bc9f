package org.filigree.text;

import java.util.ServiceLoader;

/** Makes tokenizers; found by {@link ServiceLoader}. */
public interface TokenizerProvider {

    /**
     * @param tokenizerJson the whole file
     * @throws IllegalArgumentException with one line saying what is wrong with it
     */
    Tokenizer create(byte[] tokenizerJson);

    /** The provider on the class path. */
    static TokenizerProvider load() {
        return ServiceLoader.load(TokenizerProvider.class)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "no tokenizer library on the class path: add org.filigree:tokenizers"));
    }
}
