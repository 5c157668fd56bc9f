package org.filigree.trainer.telemetry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.filigree.trainer.run.Outcome;

/** Hears a run's events as they are added, from the driver's thread. */
public interface Telemetry {

    /** From here on what happens belongs to this round. */
    default void round(int round) {}

    void tell(ObjectNode event);

    /** All that was told so far is in a checkpoint, so it will not be told again. */
    default void saved() {}

    /** The driver is at its end, one way or the other. */
    default void ended(Outcome.Status status) {}
}
