package org.filigree.trainer.round;

import java.io.Serializable;
import org.filigree.engine.Base;
import org.filigree.lora.AdapterPlan;
import org.filigree.text.TokenRow;

/** Where an executor gets what it works on. Travels in the closure, so it holds paths and names, never weights or rows. */
public interface WorkerInput extends Serializable {

    /** Equal where base, engine settings and adapter plan are: the key of what a JVM caches. */
    String fingerprint();

    /** Opens an engine and loads the base; called once a JVM. */
    Base load();

    AdapterPlan plan();

    /** A row of the corpus. */
    TokenRow row(int id);
}
