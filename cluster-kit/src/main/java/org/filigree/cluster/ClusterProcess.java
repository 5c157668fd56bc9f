package org.filigree.cluster;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A JVM of the cluster, on the class path of this one, and what it has written so far. */
public final class ClusterProcess {

    /** The exit status of a process that SIGKILL ended. */
    public static final int KILLED = 128 + 9;

    /** Small and quick to start. */
    static final List<String> SMALL = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    private static final List<String> INHERITED = List.of("--add-opens", "-Djdk", "-Dlog4j2");

    private final Process process;
    private final Path log;

    private ClusterProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    static ClusterProcess start(
            Path log, Map<String, String> environment, List<String> options, String main, List<String> arguments)
            throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(SMALL);
        // What Spark needs to see of the JDK, and what it says, as this JVM was told.
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> INHERITED.stream().anyMatch(option::startsWith))
                .toList());
        command.addAll(options);
        command.add(main);
        command.addAll(arguments);
        var builder = new ProcessBuilder(command)
                .directory(log.getParent().toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("CLASSPATH", classPath());
        builder.environment().putAll(environment);
        return new ClusterProcess(builder.start(), log);
    }

    static String classPath() {
        return System.getProperty("java.class.path");
    }

    public ProcessHandle handle() {
        return process.toHandle();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public int exitValue() {
        return process.exitValue();
    }

    /** Whether it ended within the time. */
    public boolean ends(Duration within) throws InterruptedException {
        return process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Everything it has written. */
    public String log() throws IOException {
        return Files.exists(log) ? Files.readString(log, StandardCharsets.UTF_8) : "";
    }

    /**
     * Waits until it has written what the pattern finds.
     *
     * @throws IllegalStateException with its log, when it ends or the time is over before that
     */
    public Matcher await(Pattern line, Duration atMost) throws IOException, InterruptedException {
        var deadline = System.nanoTime() + atMost.toNanos();
        while (true) {
            var alive = process.isAlive();
            var text = log();
            var found = line.matcher(text);
            if (found.find()) {
                return found;
            }
            if (!alive || System.nanoTime() > deadline) {
                var state = alive ? "nothing after " + atMost : "exit code " + process.exitValue();
                throw new IllegalStateException("no '%s' in %s, %s:%n%s".formatted(line, log, state, text));
            }
            process.waitFor(20, TimeUnit.MILLISECONDS);
        }
    }

    /** Whether a signal has stopped it where it was. */
    public boolean isStopped() throws IOException {
        // "pid (name) state ...", and the name may hold anything.
        var status = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
        return status.charAt(status.lastIndexOf(')') + 2) == 'T';
    }

    /** Lets it go on from where it was stopped. */
    public void resume() throws IOException, InterruptedException {
        Signal.CONT.send(process.toHandle());
    }

    /**
     * SIGKILL, and waits for the end.
     *
     * @return the exit status: {@link #KILLED}, unless the process had ended before
     */
    public int kill() throws InterruptedException {
        return process.destroyForcibly().waitFor();
    }
}
