package org.filigree.config;

/** An error that a user can act on: its message is one line and complete by itself. */
public final class FiligreeException extends RuntimeException {

    private final Code code;

    public FiligreeException(Code code, String message) {
        super(message);
        this.code = code;
    }

    public FiligreeException(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public Code code() {
        return code;
    }

    /** What the process exits with, and what outcome.json says. */
    public enum Code {
        RUN_TIME(1),
        CONFIGURATION(2),
        DATA(3),
        RETRY(4),
        DIVERGED(5),
        STOPPED(143);

        private final int exit;

        Code(int exit) {
            this.exit = exit;
        }

        public int exit() {
            return exit;
        }
    }
}
