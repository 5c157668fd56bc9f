package org.filigree.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** A cluster's JVMs and their folder: none outlives it, nor this JVM. */
final class ClusterProcesses implements AutoCloseable {

    private static final Duration STOP = Duration.ofSeconds(10);

    private final Path folder;
    private final List<ClusterProcess> started = new ArrayList<>();
    private final Thread hook = new Thread(this::killAll, "cluster-kill");

    ClusterProcesses() throws IOException {
        folder = Files.createTempDirectory("filigree-cluster");
        // A Spark home for the workers: they want its jars folder, but the executors' classes are this JVM's.
        Files.createDirectories(folder.resolve("home/jars"));
        Runtime.getRuntime().addShutdownHook(hook);
    }

    Path folder() {
        return folder;
    }

    /** How many have been started so far. */
    int count() {
        return started.size();
    }

    /**
     * @param address that it has as its host
     * @param more environment
     */
    ClusterProcess start(
            String name,
            String address,
            Map<String, String> more,
            List<String> options,
            String main,
            List<String> arguments)
            throws IOException {
        var environment = new HashMap<>(more);
        environment.put("SPARK_HOME", folder.resolve("home").toString());
        environment.put("SPARK_SCALA_VERSION", "2.13");
        environment.put("SPARK_LOCAL_IP", address);
        environment.put("SPARK_LOCAL_DIRS", folder.resolve("local-" + name).toString());
        var process = ClusterProcess.start(folder.resolve(name + ".log"), environment, options, main, arguments);
        started.add(process);
        return process;
    }

    /** Stops everything, by force where it does not stop within the deadline, and deletes the files. */
    @Override
    public void close() {
        killAll();
        Runtime.getRuntime().removeShutdownHook(hook);
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(ClusterProcesses::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void killAll() {
        processes().forEach(ProcessHandle::destroy);
        awaitExit(processes());
        var left = processes();
        left.forEach(ProcessHandle::destroyForcibly);
        awaitExit(left);
    }

    /** Everything that still runs, executors included. */
    private List<ProcessHandle> processes() {
        return started.stream()
                .map(ClusterProcess::handle)
                .flatMap(process -> Stream.concat(process.descendants(), Stream.of(process)))
                .filter(ProcessHandle::isAlive)
                .toList();
    }

    private static void awaitExit(List<ProcessHandle> processes) {
        var exits = processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(exits).get(STOP.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // The caller turns to force.
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void delete(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
