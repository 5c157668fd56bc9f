package org.filigree.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An executor of a worker.
 *
 * @param id as the driver calls it
 * @param application that it belongs to
 * @param worker that started it
 */
public record ExecutorProcess(String application, String id, ProcessHandle process, ClusterProcess worker) {

    private static final Duration TOLD = Duration.ofSeconds(30);

    /** Empty where the process is no executor, or has not become one yet, or is gone. */
    static Optional<ExecutorProcess> of(ProcessHandle process, ClusterProcess worker) {
        var arguments = arguments(process.pid());
        var application = arguments.indexOf("--app-id");
        var id = arguments.indexOf("--executor-id");
        return application < 0 || id < 0
                ? Optional.empty()
                : Optional.of(
                        new ExecutorProcess(arguments.get(application + 1), arguments.get(id + 1), process, worker));
    }

    /** ProcessHandle cuts them off after a page, and a class path is longer. */
    private static List<String> arguments(long pid) {
        try {
            var line = Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"), StandardCharsets.UTF_8);
            return List.of(line.split("\0"));
        } catch (IOException e) {
            // It ended meanwhile: nothing else keeps us from reading that of a child's child.
            return List.of();
        }
    }

    /**
     * SIGKILL, and waits for the end; its worker starts another.
     *
     * @return whether it died of that, as its worker tells: not where it was ending already
     */
    public boolean kill() throws IOException, InterruptedException {
        if (!process.destroyForcibly()) {
            return false;
        }
        process.onExit().join();
        var end = Pattern.compile("Executor %s/%s finished with state (.*)".formatted(Pattern.quote(application), id));
        var told = worker.await(end, TOLD).group(1);
        return told.startsWith("EXITED") && told.endsWith("exitStatus " + ClusterProcess.KILLED);
    }

    /** Stops it where it is, until {@link #resume}. */
    public void stop() throws IOException, InterruptedException {
        Signal.STOP.send(process);
    }

    public void resume() throws IOException, InterruptedException {
        Signal.CONT.send(process);
    }
}
