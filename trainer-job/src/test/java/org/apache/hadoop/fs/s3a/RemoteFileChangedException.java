package org.apache.hadoop.fs.s3a;

import org.apache.hadoop.fs.PathIOException;

/** In place of S3A's own, which is not on this module's path: what its conditional PUT throws on status 412. */
public class RemoteFileChangedException extends PathIOException {

    private static final long serialVersionUID = 1L;

    public RemoteFileChangedException(String path) {
        super(path, "At least one of the pre-conditions you specified did not hold");
    }
}
