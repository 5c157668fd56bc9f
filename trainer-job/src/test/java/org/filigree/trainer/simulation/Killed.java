package org.filigree.trainer.simulation;

/** Unwinds the thread of a driver that is dead. An Error, as nothing of ours catches those; nothing it does counts any more. */
final class Killed extends Error {

    private static final long serialVersionUID = 1;

    Killed() {
        super("killed", null, false, false);
    }
}
