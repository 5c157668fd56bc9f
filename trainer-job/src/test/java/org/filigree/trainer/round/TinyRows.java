package org.filigree.trainer.round;

import org.filigree.engine.SessionOptions;
import org.filigree.format.FileTree;
import org.filigree.format.LocalFiles;
import org.filigree.lora.AdapterPlan;
import org.filigree.text.TokenRow;

/** A corpus of rows that are made from their ids; nothing is published. */
interface TinyRows extends WorkerInput {

    int ROWS = 8;
    int VOCABULARY = 11;

    static int length(int id) {
        return 4 + id % 3;
    }

    static TokenRow row(int id) {
        var tokens = new int[length(id)];
        for (var i = 0; i < tokens.length; i++) {
            tokens[i] = (id + i * i) % VOCABULARY;
        }
        return TokenRow.of(tokens, tokens);
    }

    @Override
    default FileTree files() {
        return new LocalFiles();
    }

    @Override
    default SessionOptions options() {
        return SessionOptions.DEFAULT;
    }

    @Override
    default float[] published(String folder, AdapterPlan plan) {
        throw new UnsupportedOperationException("nothing is published here");
    }

    @Override
    default String corpusFingerprint() {
        return "tiny";
    }

    @Override
    default Rows rows(Side side) {
        return TinyRows::row;
    }
}
