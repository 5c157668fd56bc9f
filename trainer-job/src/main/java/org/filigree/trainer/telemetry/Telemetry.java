package org.filigree.trainer.telemetry;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Hears a run's events as they are added, from the driver's thread. */
public interface Telemetry {

    /** From here on what happens belongs to this round. */
    void round(int round);

    void tell(ObjectNode event);
}
