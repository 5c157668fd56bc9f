package org.filigree.trainer.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.function.Predicate;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.SparkException;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.config.RunConfig;
import org.filigree.engine.EngineUnavailableException;
import org.filigree.engine.OutOfEngineMemoryException;
import org.filigree.format.FormatException;
import org.filigree.model.UnsupportedModelException;

/** Any failure as one line and a code. What a task threw on an executor reaches the driver wrapped; it is found within. */
public final class Failures {

    /** As SparkContext says it, before lines of where it was opened, and as its listeners do. */
    private static final List<String> SESSION_ENDED =
            List.of("Cannot call methods on a stopped SparkContext", "LiveListenerBus is stopped");

    private Failures() {}

    /** Of a command whose files are all named on its command line. */
    public static FiligreeException explained(Throwable failure) {
        return explained(failure, file -> true);
    }

    /**
     * @param config a file that is missing is the configuration's mistake only where it is named there; Spark's own files,
     *     a node's copies and a run's are gone because a disk or another process took them, and the same command may do better
     */
    public static FiligreeException explained(Throwable failure, RunConfig config) {
        var named = new NamedFiles(config);
        return explained(failure, named::in);
    }

    private static FiligreeException explained(Throwable failure, Predicate<String> named) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            var code = missing(cause) && !named.test(line(cause)) ? Code.RETRY : code(cause);
            if (code != null) {
                return cause instanceof FiligreeException own ? own : new FiligreeException(code, line(cause), cause);
            }
        }
        return new FiligreeException(Code.RUN_TIME, line(failure), failure);
    }

    /** Whether Spark's session was no more when the work wanted it. */
    public static boolean ofAnEndedSession(Throwable failure) {
        return failure instanceof IllegalStateException
                && failure.getMessage() != null
                && SESSION_ENDED.stream().anyMatch(failure.getMessage()::startsWith);
    }

    private static boolean missing(Throwable cause) {
        return cause instanceof FileNotFoundException || cause instanceof NoSuchFileException;
    }

    private static Code code(Throwable cause) {
        if (cause instanceof FiligreeException own) {
            return own.code();
        }
        if (ofAnEndedSession(cause)) {
            return Code.RETRY;
        }
        if (cause instanceof UnsupportedModelException
                || cause instanceof EngineUnavailableException
                || cause instanceof OutOfEngineMemoryException) {
            return Code.CONFIGURATION;
        }
        if (cause instanceof FormatException || cause instanceof JsonProcessingException) {
            return Code.DATA;
        }
        if (missing(cause)
                || cause instanceof AccessDeniedException
                || cause instanceof AccessControlException
                || cause instanceof ParentNotDirectoryException
                || cause instanceof ClassNotFoundException
                || cause instanceof UnsupportedFileSystemException
                || cause instanceof URISyntaxException) {
            return Code.CONFIGURATION;
        }
        if (cause instanceof IOException) {
            return Code.RETRY;
        }
        return null;
    }

    private static String line(Throwable failure) {
        var message = failure.getMessage();
        if (ofAnEndedSession(failure)) {
            return "Spark's session has ended: no master answered, or the application was ended; Spark's log says which";
        }
        if (failure instanceof UncheckedIOException && failure.getCause() != null) {
            message = failure.getCause().getMessage();
        }
        if (failure instanceof ClassNotFoundException) {
            message += ": its jar is not on the class path";
        }
        if (failure instanceof NoSuchFileException file) {
            message = file.getFile() + ": no such file or folder";
        } else if (failure instanceof FileSystemException file && file.getReason() == null) {
            message = file.getFile() + ": " + file.getClass().getSimpleName();
        }
        if (failure instanceof SparkException && message != null) {
            message = message.lines().findFirst().orElse("");
        }
        return message == null ? failure.toString() : message.replaceAll("\\s*\\R\\s*", " ");
    }
}
