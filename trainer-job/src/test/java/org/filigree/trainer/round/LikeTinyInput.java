package org.filigree.trainer.round;

import org.filigree.engine.Base;
import org.filigree.engine.SessionOptions;
import org.filigree.format.FileTree;
import org.filigree.lora.AdapterPlan;
import org.filigree.model.ModelSpec;

/** The tiny input but for what a test makes of it. */
interface LikeTinyInput extends WorkerInput {

    TinyInput input();

    @Override
    default String baseFingerprint() {
        return input().baseFingerprint();
    }

    @Override
    default FileTree files() {
        return input().files();
    }

    @Override
    default Base load() {
        return input().load();
    }

    @Override
    default SessionOptions options() {
        return input().options();
    }

    @Override
    default AdapterPlan plan(ModelSpec spec) {
        return input().plan(spec);
    }

    @Override
    default float[] published(String folder, AdapterPlan plan) {
        return input().published(folder, plan);
    }
}
