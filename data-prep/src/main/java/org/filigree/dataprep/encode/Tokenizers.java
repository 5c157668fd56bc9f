package org.filigree.dataprep.encode;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import org.filigree.text.Tokenizer;
import org.filigree.text.TokenizerFiles;

/** The tokenizers of this JVM, each made once: they are native and serve all tasks. The one place with state. */
final class Tokenizers {

    static final Tokenizers OF_THIS_JVM = new Tokenizers();

    private final ConcurrentHashMap<Integer, Opened> opened = new ConcurrentHashMap<>();

    private record Opened(byte[] json, Tokenizer tokenizer) {}

    Tokenizer get(TokenizerFiles files) {
        var found = opened.compute(
                Arrays.hashCode(files.tokenizer()),
                (hash, present) -> present != null && Arrays.equals(present.json(), files.tokenizer())
                        ? present
                        : new Opened(files.tokenizer(), files.open()));
        return found.tokenizer();
    }
}
