package org.filigree.trainer.input;

import java.io.Serializable;
import org.filigree.engine.Engines;
import org.filigree.model.DataType;

/**
 * Which base, and what computes it: resolved on the driver, the same on every executor.
 *
 * @param fingerprint of the folder, by make
 * @param stamp another when the folder's files were written again
 * @param engine a name, never {@code auto}
 * @param why that engine, in one line for the events
 * @param device as configured: {@code auto}, {@code cpu}, {@code cuda}
 */
public record BaseSettings(
        String folder,
        String fingerprint,
        String stamp,
        String engine,
        String why,
        String device,
        DataType wanted,
        int threads)
        implements Serializable {

    /** The choice for this task. */
    Engines.Choice choose() {
        return Engines.choose(engine, AssignedDevice.ofTask(device), wanted, threads);
    }
}
