package org.filigree.trainer.simulation;

import java.util.List;

/** What happens to drivers and to what they do, out of a seed. */
interface Fate {

    /**
     * A driver is about to do something: others may go first, for long.
     *
     * @throws Killed when it is dead
     */
    void moment(Driver driver, String what);

    /**
     * A driver creates, replaces or removes a file now.
     *
     * @param look what it did right before it decided to; null where it did not look at a file
     */
    void replaces(Driver driver, String path, Driver.Look look);

    /** Whether what the driver does now fails. */
    boolean fails(Driver driver);

    /** Whether a write fails, as it does while the disk is full. */
    boolean fullOrFails(Driver driver);

    /** Whether the driver dies in the middle of a write. */
    boolean killedWriting(Driver driver);

    /** What of a write reaches the disk. */
    byte[] cutOff(byte[] bytes);

    void shuffle(List<?> items);
}
