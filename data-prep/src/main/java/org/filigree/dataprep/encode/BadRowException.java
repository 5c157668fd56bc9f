package org.filigree.dataprep.encode;

/** A row that cannot be trained on: a reason that many rows may share, and what this one has. */
final class BadRowException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String reason;
    private final String detail;

    BadRowException(String reason, String detail) {
        super(reason + ": " + detail, null, false, false);
        this.reason = reason;
        this.detail = detail;
    }

    String reason() {
        return reason;
    }

    String detail() {
        return detail;
    }
}
