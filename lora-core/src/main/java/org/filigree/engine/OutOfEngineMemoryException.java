package org.filigree.engine;

/** The device could not give the memory asked for. Nothing was allocated. */
public final class OutOfEngineMemoryException extends RuntimeException {

    public OutOfEngineMemoryException(String message) {
        super(message);
    }
}
