package org.filigree.format;

/** A file that is not what it should be. The message is one line: the file, what was found, what was wanted. */
public final class FormatException extends RuntimeException {

    public FormatException(String message) {
        super(message);
    }

    public FormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
