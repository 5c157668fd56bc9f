package org.filigree.trainer.round;

import java.io.Serializable;
import org.filigree.engine.Base;
import org.filigree.engine.SessionOptions;
import org.filigree.format.FileTree;
import org.filigree.lora.AdapterPlan;
import org.filigree.model.ModelSpec;
import org.filigree.text.TokenRow;

/** Where an executor gets what it works on. Travels in the closure, so it holds paths and names, never weights or rows. */
public interface WorkerInput extends Serializable {

    /** Which rows: those that are trained, or those kept back. */
    enum Side {
        TRAIN,
        HELD_OUT
    }

    /** Rows of the corpus by id; several threads may read. */
    interface Rows {
        TokenRow row(int id);
    }

    /** Equal where base and engine settings are: the key under which a JVM keeps the base. */
    String baseFingerprint();

    /** The files that the run's folder is on. */
    FileTree files();

    /** Opens an engine and loads the base; called once a JVM. */
    Base load();

    SessionOptions options();

    AdapterPlan plan(ModelSpec spec);

    /**
     * The values of a published folder, read anew.
     *
     * @throws RuntimeException in one line when its keys or shapes are not the plan's
     */
    float[] published(String folder, AdapterPlan plan);

    /** Equal where the corpus is: the key under which a JVM keeps its rows. */
    String corpusFingerprint();

    Rows rows(Side side);
}
