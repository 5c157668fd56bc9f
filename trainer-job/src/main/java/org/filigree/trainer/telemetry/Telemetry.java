package org.filigree.trainer.telemetry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.filigree.trainer.run.Outcome;

/** Hears a run's events as they are added, from the driver's thread. */
public interface Telemetry {

    /** From here on what happens belongs to this round. */
    default void round(int round) {}

    /** The run goes on from a checkpoint with these events; who told them then may not have been heard. */
    default void resumed(List<ObjectNode> earlier) {}

    void tell(ObjectNode event);

    /** All that was told so far is in a checkpoint, so it will not be told again. */
    default void saved() {}

    /** The driver is at its end, one way or the other. */
    default void ended(Outcome.Status status) {}
}
