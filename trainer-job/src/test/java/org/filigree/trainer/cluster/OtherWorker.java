package org.filigree.trainer.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.filigree.cluster.StandaloneCluster;

/** One more worker for a cluster, on the address of worker 6: a machine with an environment and settings of its own. */
public final class OtherWorker implements AutoCloseable {

    public static final String HOST = StandaloneCluster.host(6);
    private static final long START_SECONDS = 40;

    private final Process process;

    private OtherWorker(Process process) {
        this.process = process;
    }

    /**
     * Returns once it has registered.
     *
     * @param folder for its logs and its work
     * @param environment its executors inherit it
     * @param settings {@code spark.worker...}
     */
    public static OtherWorker start(
            String master, Path folder, int cores, Map<String, String> environment, Map<String, String> settings)
            throws IOException, InterruptedException {
        Files.createDirectories(folder.resolve("home/jars"));
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.add("--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");
        command.add("-Dlog4j2.configurationFile=org/apache/spark/log4j2-defaults.properties");
        settings.forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.addAll(List.of("org.apache.spark.deploy.worker.Worker", "--host", HOST, "--port", "0"));
        command.addAll(List.of("--webui-port", "0", "--cores", Integer.toString(cores), "--memory", "1g"));
        command.addAll(List.of("--work-dir", folder.resolve("work").toString(), master));
        var log = folder.resolve("worker.log");
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        builder.environment()
                .putAll(Map.of(
                        "CLASSPATH",
                        System.getProperty("java.class.path"),
                        "SPARK_HOME",
                        folder.resolve("home").toString(),
                        "SPARK_SCALA_VERSION",
                        "2.13",
                        "SPARK_LOCAL_IP",
                        HOST,
                        "SPARK_LOCAL_DIRS",
                        folder.resolve("local").toString()));
        var worker = new OtherWorker(builder.start());
        worker.awaitRegistered(log);
        return worker;
    }

    private void awaitRegistered(Path log) throws IOException, InterruptedException {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!Files.readString(log).contains("Successfully registered with master")) {
            // Waits for the process's end, which should not come, between two looks.
            if (process.waitFor(50, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
                close();
                throw new IllegalStateException("the worker did not register:\n" + Files.readString(log));
            }
        }
    }

    @Override
    public void close() {
        var all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(one -> one.onExit().join());
    }
}
